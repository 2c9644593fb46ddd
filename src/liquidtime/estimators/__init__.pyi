from liquidtime.estimators.classifier import LiquidClassifier as LiquidClassifier
from liquidtime.estimators.regressor import LiquidRegressor as LiquidRegressor
from liquidtime.estimators.series import Series as Series
