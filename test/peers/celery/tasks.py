"""A task that says when it begins, waits until it is let go, and says when it is over: on lists of the broker, or of a Redis beside it."""

import os

from celery import Celery
from redis import Redis

broker = os.environ["BROKER"]
app = Celery("tasks", broker=broker)
app.conf.update(task_ignore_result=True, broker_connection_retry_on_startup=True, worker_prefetch_multiplier=1)
notes = Redis.from_url(os.environ.get("NOTES", broker))


@app.task(name="tasks.answer")
def answer(name, waits):
    notes.rpush("begun", name)
    if waits:
        notes.blpop(f"go:{name}", 60)
    notes.rpush("ended", name)
