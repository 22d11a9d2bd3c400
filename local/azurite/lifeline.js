// Ends Azurite when its parent is gone: the kernel closes standard input however the parent ends.
process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
process.stdin.on("error", () => process.exit(0));
