// Asks the search of a built site as a browser does: `node tools/site/search.cjs SITE WORD...` prints, as JSON, for each
// word the address of its first hit. It runs the site's own worker with the site's own index.
"use strict";
const fs = require("fs");
const path = require("path");
const vm = require("vm");

const [site, ...words] = process.argv.slice(2);
const folder = path.join(site, "assets", "javascripts", "workers");
const name = fs.readdirSync(folder).find((each) => /^search\..*\.js$/.test(each));
const index = JSON.parse(fs.readFileSync(path.join(site, "search", "search_index.json"), "utf8"));
const [SETUP, QUERY] = [0, 2];

let listener = null;
let answered = null;
const self = {
  console,
  addEventListener: (kind, heard) => { listener = heard; },
  postMessage: (message) => answered(message),
};
self.self = self;
vm.runInNewContext(fs.readFileSync(path.join(folder, name), "utf8"), self);

const ask = (type, data) =>
  new Promise((resolve) => {
    answered = resolve;
    listener({ data: { type, data } });
  });

(async () => {
  await ask(SETUP, { config: index.config, docs: index.docs, options: { suggest: false } });
  const hits = {};
  for (const word of words) {
    const { data } = await ask(QUERY, word);
    hits[word] = data.items.length ? data.items[0][0].location : "";
  }
  console.log(JSON.stringify(hits));
})();
