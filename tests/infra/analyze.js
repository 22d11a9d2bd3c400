// Microsoft's own analyzer of Kusto queries: reads {package, tables, queries} from standard input, prints what it
// finds at fault by the query's name.
const path = require("path");
const { package: folder, tables, queries } = JSON.parse(require("fs").readFileSync(0, "utf8"));
require(path.join(folder, "bridge.js"));
require(path.join(folder, "Kusto.Language.Bridge.js"));

const { GlobalState, KustoCode, Symbols } = globalThis.Kusto.Language;
const known = Object.entries(tables).map(([name, columns]) => {
  const schema = Object.entries(columns).map(([column, type]) => `${column}: ${type}`).join(", ");
  return Symbols.TableSymbol.From(`(${schema})`).WithName(name);
});
const workspace = GlobalState.Default.WithDatabase(new Symbols.DatabaseSymbol.ctor("workspace", known));

const faults = {};
for (const [name, query] of Object.entries(queries)) {
  const found = KustoCode.ParseAndAnalyze(query, workspace).GetDiagnostics();
  faults[name] = Array.from({ length: found.Count }, (_, index) => found.getItem(index).Message);
}
console.log(JSON.stringify(faults));
