from liquidtime.data.forecast.inputs import Prepared as Prepared
from liquidtime.data.forecast.inputs import prepare as prepare
from liquidtime.data.forecast.looking import look as look
from liquidtime.data.forecast.naive import naive_forecasts as naive_forecasts
from liquidtime.data.forecast.plan import ForecastPlan as ForecastPlan
