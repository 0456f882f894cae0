// @speechmatics/batch-client and @speechmatics/auth, unmodified, against the sandbox.

import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { createRequire } from 'node:module';

const [modules, wav] = process.argv.slice(2);
const require = createRequire(`${modules}/`);
const { BatchClient } = require('@speechmatics/batch-client');
const { createSpeechmaticsJWT } = require('@speechmatics/auth');

const { VOXTOP_SANDBOX_URL_EU1: eu, VOXTOP_SANDBOX_URL_US1: us, VOXTOP_SANDBOX_KEY_PROD: key } = process.env;
const { SM_MANAGEMENT_PLATFORM_URL: mp, VOXTOP_SANDBOX_CONTROL: control } = process.env;

function check(condition, what, ...seen) {
  if (!condition) {
    console.error('@speechmatics/batch-client:', what, ...seen);
    process.exit(1);
  }
}

async function refused(promise, what) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  check(false, `${what}: not refused`);
}

const client = (apiKey = key, apiUrl = eu) => new BatchClient({ apiKey, apiUrl, appId: 'voxtop-ci' });
const file = { data: new Blob([await readFile(wav)]), fileName: basename(wav) };
const config = { transcription_config: { language: 'en', diarization: 'speaker' } };
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

const transcript = await client().transcribe(file, config, 'json-v2', 60_000);
check(transcript.results?.length > 0, 'an empty transcript', transcript);
check(transcript.job.duration === 4, 'the wrong duration', transcript.job);

const { id } = await client().createTranscriptionJob(file, config);
await sleep(2_500);
const { job } = await client().getJob(id);
check(job.status === 'done' && job.data_name === basename(wav), 'getJob', job);
check((await client().getJobResult(id, 'text')).includes('SPEAKER: S'), 'text');
check((await client().getJobResult(id, 'srt')).includes('-->'), 'srt');
const { jobs } = await client().listJobs({ limit: 10 });
check(jobs.length === 10 && jobs.some((one) => one.id === id), 'listJobs', jobs.length);
const older = await client().listJobs({ limit: 100, created_before: jobs[9].created_at, include_deleted: true });
check(older.jobs.length > 0, 'listJobs created_before');
check((await client().getFeatureDiscovery()).batch.transcription[0].languages.includes('en'), 'features');
check((await client().deleteJob(id)).job.status === 'deleted', 'deleteJob');
await refused(client().getJob(id), 'a deleted job');

const running = await client(key, us).createTranscriptionJob(file, config);
const locked = await refused(client(key, us).deleteJob(running.id), 'deleting a running job');
check(locked.error === 'Resource Locked' || /Locked/.test(`${locked} ${JSON.stringify(locked)}`), '423', locked);
check((await client(key, us).deleteJob(running.id, true)).job.status === 'deleted', 'deleteJob by force');
await refused(client('nonsense').listJobs(), 'a wrong key');

const jwt = await createSpeechmaticsJWT({
  type: 'batch', apiKey: key, clientRef: 'carol', ttl: 60, managementPlatformURL: `${mp}/v1`,
});
const claims = JSON.parse(Buffer.from(jwt.split('.')[1], 'base64url'));
check(claims.exp - claims.iat === 60, 'exp', claims);
const hers = await client(jwt).createTranscriptionJob(file, config);
check((await client(jwt).listJobs()).jobs.map((one) => one.id).join() === hers.id, 'a reference sees others');
const refusal = await refused(
  createSpeechmaticsJWT({ type: 'batch', apiKey: 'nonsense', clientRef: 'x', managementPlatformURL: `${mp}/v1` }),
  'a temporary key of a wrong key',
);
check(refusal.type === 'Unauthorized', 'the type of that refusal', refusal);

await fetch(`${control}/control/advance`, { method: 'POST', body: JSON.stringify({ by: '8d' }) });
const expired = await refused(client().getJob(hers.id), 'an expired job');
check(/Job Expired/.test(`${expired} ${JSON.stringify(expired)}`), '410', expired);
console.log('@speechmatics/batch-client: all as the service does it');
process.exit(0);
