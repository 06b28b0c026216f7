"""What is being done beside a page is told as text, whatever the files are called."""

from monitoring.ui import waiting
from monitoring.ui.jobs import Job


def test_the_name_of_a_file_in_what_a_job_is_at_is_only_text():
    job = Job(share=0.5, doing="reading ![x](http://a.b/c.png).csv")
    told = []

    class Place:
        def progress(self, share, text):
            told.append((share, text))
            job.future.set_result(None)

    waiting.until_done(job, Place(), "Looking")
    ((share, text),) = told
    assert share == 0.5
    assert r"\!\[x\]\(" in text
