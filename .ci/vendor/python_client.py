"""speechmatics-batch, unmodified, against the sandbox: both of its clients, every call they have."""

import asyncio
import json
import os
import sys
import urllib.request

from speechmatics.batch import (
    AsyncClient,
    AuthenticationError,
    Client,
    FormatType,
    JobConfig,
    JobError,
    JobExpiredError,
    JobStatus,
    JobType,
    JWTAuth,
    TranscriptionConfig,
    TranscriptNotReadyError,
    BatchError,
    FetchData,
)

WAV = sys.argv[1]
EU = os.environ["VOXTOP_SANDBOX_URL_EU1"] + "/v2"
US = os.environ["VOXTOP_SANDBOX_URL_US1"] + "/v2"
KEY = os.environ["VOXTOP_SANDBOX_KEY_PROD"]
ELSEWHERE = os.environ["VOXTOP_SANDBOX_KEY_ELSEWHERE"]
CONTROL = os.environ["VOXTOP_SANDBOX_CONTROL"]
RICH = JobConfig(
    type=JobType.TRANSCRIPTION,
    transcription_config=TranscriptionConfig(language="de", diarization="speaker"),
)


def check(condition, what):
    if not condition:
        raise SystemExit(f"speechmatics-batch: {what}")


def refused(error, call, what):
    try:
        call()
    except error:
        return
    raise SystemExit(f"speechmatics-batch: {what}: not refused as {error}")


def advance(by):
    body = json.dumps({"by": by}).encode()
    urllib.request.urlopen(urllib.request.Request(CONTROL + "/control/advance", body, method="POST")).read()


def blocking():
    with Client(api_key=KEY, url=EU) as client:
        job = client.submit_job(WAV, config=RICH)
        transcript = client.wait_for_completion(job.id, polling_interval=0.2, min_polling_interval=0.1)
        check(transcript.results and transcript.metadata.language_pack_info, "an empty transcript")
        check("SPEAKER: S" in client.get_transcript(job.id, format_type=FormatType.TXT), "txt without speakers")
        check("-->" in client.get_transcript(job.id, format_type=FormatType.SRT), "srt without times")
        info = client.get_job_info(job.id, wait=0)
        check(info.status == JobStatus.DONE and info.duration == 4, f"a job of {info.duration} s that is {info.status}")
        check(info.data_name == os.path.basename(WAV), f"the name {info.data_name!r}")
        listed = client.list_jobs(limit=100)
        check(len(listed) == 100 and listed[0].id == job.id, "the newest job is not listed first")
        whole = client.submit_job(WAV, wait=30)
        check(whole.status == JobStatus.DONE and whole.transcript.results, "submit and wait brings no transcript")
        fetch = JobConfig(
            type=JobType.TRANSCRIPTION,
            fetch_data=FetchData(url="https://media.example.com/a.mp3?sig=1"),
            transcription_config=TranscriptionConfig(language="en"),
        )
        fetched = client.submit_job(None, config=fetch)
        check(client.wait_for_completion(fetched.id, polling_interval=0.2, min_polling_interval=0.1), "fetch")
        client.delete_job(job.id)
        refused((BatchError, JobError), lambda: client.get_job_info(job.id), "a deleted job")
        refused(TranscriptNotReadyError, lambda: client.get_transcript("zzzzzzzzzz"), "an unknown job")
        zh = JobConfig(type=JobType.TRANSCRIPTION, transcription_config=TranscriptionConfig(language="zh"))
        refused((BatchError, JobError), lambda: client.submit_job(WAV, config=zh), "an unknown language")
        with open(__file__, "rb") as text:
            bad = client.submit_job(text)
        refused((BatchError, JobError), lambda: client.wait_for_completion(bad.id, polling_interval=0.2), "text for audio")
    with Client(api_key=KEY, url=US) as slow:
        job = slow.submit_job(WAV)
        refused(JobError, lambda: slow.delete_job(job.id), "deleting a running job")
        refused(TranscriptNotReadyError, lambda: slow.get_transcript(job.id, wait=0), "a running job's transcript")
        check(slow.get_job_info(job.id, wait=1).status == JobStatus.RUNNING, "a running job is not running")
        slow.delete_job(job.id, force=True)
        refused((BatchError, JobError), lambda: slow.get_job_info(job.id), "a job deleted by force")
    for key in (ELSEWHERE, "nonsense"):
        with Client(api_key=key, url=EU) as stranger:
            refused(AuthenticationError, stranger.list_jobs, "a wrong key lists")
    # A temporary key, confined to its reference.
    with Client(auth=JWTAuth(KEY, ttl=60, client_ref="alice"), url=EU) as alice:
        job = alice.submit_job(WAV)
        check([one.id for one in alice.list_jobs()] == [job.id], "a reference sees others' jobs")
        with Client(auth=JWTAuth(KEY, ttl=60, client_ref="bob"), url=EU) as bob:
            refused((BatchError, JobError), lambda: bob.get_job_info(job.id), "bob reads alice's job")


async def concurrent():
    async with AsyncClient(api_key=KEY, url=EU) as client:
        results = await asyncio.gather(*(client.transcribe(WAV, timeout=60) for _ in range(5)))
        check(all(result.results for result in results), "an empty transcript")
        await client.list_jobs()
    async with AsyncClient(auth=JWTAuth(KEY, ttl=60), url=EU) as client:
        job = await client.submit_job(WAV)
        check((await client.wait_for_completion(job.id)).results, "a temporary key's job")


def expiry():
    with Client(api_key=KEY, url=EU) as client:
        job = client.submit_job(WAV)
        client.wait_for_completion(job.id, polling_interval=0.2)
        advance("8d")
        refused(JobExpiredError, lambda: client.get_transcript(job.id), "an expired transcript")
        refused(JobExpiredError, lambda: client.get_job_info(job.id), "an expired job")
        check(job.id not in [one.id for one in client.list_jobs()], "an expired job is listed")


blocking()
asyncio.run(concurrent())
expiry()
print("speechmatics-batch: all as the service does it")
