from liquidtime.data.recordings.edf_file import read_edf as read_edf
from liquidtime.data.recordings.recording import Events as Events
from liquidtime.data.recordings.recording import Recording as Recording
from liquidtime.data.recordings.trains import from_events as from_events
from liquidtime.data.recordings.wfdb_file import read_wfdb as read_wfdb
from liquidtime.data.recordings.windows import from_recording as from_recording
