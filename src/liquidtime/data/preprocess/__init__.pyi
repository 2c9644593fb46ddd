from liquidtime.data.preprocess.preprocessor import KINDS as KINDS
from liquidtime.data.preprocess.preprocessor import Preprocessor as Preprocessor
from liquidtime.data.preprocess.scaling import Scale as Scale
