// A wisp server on loopback: node wisp_server.mjs PORT. Its packages are found through SMTPSCOPE_NPM.
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const require = createRequire(join(process.env.SMTPSCOPE_NPM, "package.json"));
const found = require.resolve("@mercuryworkshop/wisp-js/server");
const { server, logging } = await import(pathToFileURL(found.replace(/dist\/wisp-server\.cjs$/, "src/entrypoints/server.mjs")));

logging.set_level(logging.NONE);
server.options.allow_private_ips = true;
server.options.allow_loopback_ips = true;
const http = createServer();
http.on("upgrade", server.routeRequest);
http.listen(Number(process.argv[2]), "127.0.0.1", () => console.log("listening"));
