// Unpacks files that are packed with Brotli, which Python's standard library cannot read:
// node unpack.js FROM_FOLDER TO_FOLDER NAME…, each FROM_FOLDER/NAME.br to TO_FOLDER/NAME.
const { createReadStream, createWriteStream } = require("node:fs");
const { join } = require("node:path");
const { pipeline } = require("node:stream/promises");
const { createBrotliDecompress } = require("node:zlib");

const [from, to, ...names] = process.argv.slice(2);
const unpack = (name) =>
  pipeline(
    createReadStream(join(from, `${name}.br`)),
    createBrotliDecompress(),
    createWriteStream(join(to, name)),
  );
Promise.all(names.map(unpack)).catch((error) => {
  console.error(String(error));
  process.exit(1);
});
