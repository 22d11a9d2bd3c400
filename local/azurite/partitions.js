// Azurite reads a whole table for each query, and every partition's row of a name for each look-up. With the
// requests of a long list that is most of its time. This has it go to the partition first; what it answers is the same.
const path = require("path");
const { default: Store } = require(
  path.join(path.dirname(process.argv[1]), "table/persistence/LokiTableMetadataStore.js"),
);
// Alone, or and something; more than the two joined by "and" is in brackets.
const PARTITION = /^PartitionKey eq '((?:[^']|'')*)'(?: and (?:\([^()]*\)|(?:(?! or ).)*))?$/;
const open = Store.prototype.getEntityCollection;
const query = Store.prototype.queryTableEntities;

// Of several properties Loki looks up the first by its index, and goes through what that finds for the others.
const partitionFirst = (collection) => {
  const find = Object.getPrototypeOf(collection).findOne;
  collection.findOne = ({ PartitionKey, ...others }) => find.call(collection, { PartitionKey, ...others });
  return collection;
};

const partitionOf = ({ filter = "" }) => {
  const found = PARTITION.exec(filter);
  return found && found[1].replaceAll("''", "'");
};

const within = (store, partition) =>
  Object.create(store, {
    getEntityCollection: {
      value: (...where) => ({
        chain: () => store.getEntityCollection(...where).chain().find({ PartitionKey: partition }),
      }),
    },
  });

Store.prototype.getEntityCollection = function (...where) {
  return partitionFirst(open.apply(this, where));
};
Store.prototype.queryTableEntities = function (context, account, table, options, ...place) {
  const partition = partitionOf(options);
  const store = partition === null ? this : within(this, partition);
  return query.call(store, context, account, table, options, ...place);
};
