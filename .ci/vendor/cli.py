"""The `speechmatics` command line, unmodified, against the sandbox."""

import os
import subprocess
import sys

PROGRAM, WAV = sys.argv[1:3]
EU = os.environ["VOXTOP_SANDBOX_URL_EU1"] + "/v2"
US = os.environ["VOXTOP_SANDBOX_URL_US1"] + "/v2"
KEY = os.environ["VOXTOP_SANDBOX_KEY_PROD"]


def run(command, *arguments, url=EU, key=KEY):
    done = subprocess.run(
        [PROGRAM, "batch", command, *arguments, "--url", url, "--auth-token", key],
        capture_output=True,
        text=True,
        timeout=120,
    )
    return done.returncode, done.stdout, done.stderr


def check(condition, what, *seen):
    if not condition:
        raise SystemExit(f"speechmatics: {what}: {seen}")


code, out, err = run("submit", WAV, "--lang", "en", "--operating-point", "enhanced")
check(code == 0, "submit", out, err)
job = out.strip().split()[-1]
check(len(job) == 10, "submit prints no id", out)
code, out, err = run("transcribe", WAV, "--lang", "en", "--diarization", "speaker")
check(code == 0 and "SPEAKER: S" in out, "transcribe", out, err)
for kind, mark in (("txt", " "), ("json-v2", '"results"'), ("srt", "-->")):
    code, out, err = run("get-results", "--job-id", job, "--output-format", kind)
    check(code == 0 and mark in out, f"get-results {kind}", out, err)
code, out, err = run("list-jobs")
check(code == 0 and job in out, "list-jobs", out[:300], err)
code, out, err = run("job-status", "--job-id", job)
check(code == 0 and "done" in out, "job-status", out, err)
code, out, err = run("delete", "--job-id", job)
check(code == 0, "delete", out, err)
code, out, err = run("job-status", "--job-id", job)
check("not found" in (out + err).lower(), "a deleted job", out, err)
code, out, err = run("submit", WAV, url=US)
running = out.strip().split()[-1]
code, out, err = run("delete", "--job-id", running, "--force", url=US)
check(code == 0, "delete --force", out, err)
code, out, err = run("list-jobs", key="nonsense")
check("401" in out + err or code != 0, "a wrong key", out, err)
print("speechmatics (command line): all as the service does it")
