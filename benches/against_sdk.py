"""Lists every job of some environments of the sandbox with the vendor's SDK, as one would: page after page."""

import json
import os
import sys

from speechmatics.batch import Client

KEY = os.environ["VOXTOP_SANDBOX_KEY_PROD"]

for name in sys.argv[1:]:
    seen = set()
    before = None
    with Client(api_key=KEY, url=os.environ[f"VOXTOP_SANDBOX_URL_{name.upper()}"] + "/v2") as client:
        while True:
            page = client.list_jobs(limit=100, created_before=before)
            fresh = [job for job in page if job.id not in seen]
            for job in fresh:
                seen.add(job.id)
                line = {"environment": name, "id": job.id, "status": job.status.value, "name": job.data_name}
                print(json.dumps(line))
            if len(page) < 100 or not fresh:
                break
            before = str(page[-1].created_at)
