"""The toy task, reproduced in a process that a test may kill."""

from toy import toy_task

from liquidtime.tasks.reproduce import plan, reproduce

EPOCHS = 15


def planned(out):
    return plan(toy_task(), out, recipes=["gru"], protocol="clean", seeds=2, epochs=EPOCHS)


def job(out):
    list(reproduce(toy_task(), planned(out), progress=False))
