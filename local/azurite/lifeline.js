// Ends Azurite when its parent is gone: the kernel closes standard input however the parent ends.
// SIGTERM lets Azurite write its tables and queues to disk first.
const end = () => {
  setTimeout(() => process.exit(1), 5000).unref();
  process.kill(process.pid, "SIGTERM");
};
process.stdin.resume();
process.stdin.on("end", end);
process.stdin.on("error", end);
