// Crawlee's CheerioCrawler follows all links within the hosts of its seeds.
//   node crawlee_docs.mjs FILE MODULES    FILE has one seed per line; MODULES is the node_modules folder
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const [seeds, modules] = process.argv.slice(2);
const { CheerioCrawler, Configuration, LogLevel, log } = createRequire(`${modules}/`)('@crawlee/cheerio');

log.setLevel(LogLevel.ERROR);
const crawler = new CheerioCrawler({
    minConcurrency: 16,
    maxConcurrency: 64,
    maxRequestRetries: 0,
    persistCookiesPerSession: false,
    respectRobotsTxtFile: true,
    useSessionPool: false,
    requestHandler: async ({ enqueueLinks }) => {
        await enqueueLinks({ strategy: 'same-hostname' });
    },
}, new Configuration({ persistStorage: false, availableMemoryRatio: 0.5 }));

const { requestsFinished, requestsFailed } = await crawler.run(readFileSync(seeds, 'utf8').split('\n').filter(Boolean));
console.log(`${requestsFinished} pages, ${requestsFailed} failed`);
