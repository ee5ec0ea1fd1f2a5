-- What wrk found, as one line of JSON. A status of 400 and above counts as an error of its kind.
function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '\nWRK {"sends":%d,"failures":%d,"seconds":%.6f,"p50Ms":%.3f,"p99Ms":%.3f,"maxMs":%.3f}\n',
    summary.requests + errors.timeout,
    errors.status + errors.connect + errors.read + errors.write + errors.timeout,
    summary.duration / 1e6,
    latency:percentile(50) / 1e3,
    latency:percentile(99) / 1e3,
    latency.max / 1e3
  ))
end
