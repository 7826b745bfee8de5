// Opens the page of a running 'bench serve' in headless Chromium, asks every model on it,
// and fails unless it works as it should:
//
//	npm install --prefix scripts/page && node scripts/page/serve.mjs http://127.0.0.1:8080 [screenshots' folder]
//
// Every task that the server's models do is asked and answered, at two widths, in both
// languages, light and dark; no error on the console; nothing is asked of another host;
// nothing is wider than the window; axe-core finds no violation.
import fs from 'fs';
import path from 'path';
import puppeteer from 'puppeteer-core';

const here = path.dirname(new URL(import.meta.url).pathname);
const axe = fs.readFileSync(path.join(here, 'node_modules/axe-core/axe.min.js'), 'utf8');
const [url, shots] = process.argv.slice(2);
const faults = [];
const want = (what, ok) => { if (!ok) faults.push(what); };

async function open(browser, { width, lang, theme }, bypass) {
  const page = await browser.newPage();
  await page.setViewport({ width, height: 900 });
  await page.setBypassCSP(bypass);
  await page.evaluateOnNewDocument((l, d) => { localStorage.setItem('language', l); localStorage.setItem('theme', d); }, lang, theme);
  page.on('console', m => want(`${width}: console: ${m.text()}`, m.type() !== 'error'));
  page.on('pageerror', e => want(`${width}: ${e}`, false));
  page.on('request', r => want(`${width}: asks for ${r.url().slice(0, 80)}`, r.url().startsWith(url) || r.url().startsWith('data:')));
  await page.goto(url, { waitUntil: 'networkidle0' });
  return page;
}

// ask asks the first text of the tab's form, of each of its models, and waits for the answer.
async function ask(page, what) {
  const models = await page.$$eval('#model option', all => all.map(o => o.value));
  for (const model of models) {
    await page.select('#model', model);
    await page.click('button.go');
    await page.waitForFunction(() => !document.querySelector('button.go').disabled, { timeout: 60000 });
    const text = await page.$eval('output', o => o.textContent);
    want(`${what} ${model}: no answer`, text.trim() !== '');
    want(`${what} ${model}: ${text.slice(0, 120)}`, await page.$('output .fault') === null);
  }
}

async function judge(page, what) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run());
  for (const x of violations) want(`${what}: axe: ${x.id}, ${x.nodes.length} times: ${x.nodes[0].html.slice(0, 160)}`, false);
}

const browser = await puppeteer.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: ['--no-sandbox'] });
for (const look of [{ width: 1280, lang: 'en', theme: 'light' }, { width: 390, lang: 'ko', theme: 'dark' },
  { width: 390, lang: 'en', theme: 'light' }, { width: 1280, lang: 'ko', theme: 'dark' }]) {
  const page = await open(browser, look, true); // axe is a script that the page's policy refuses
  const name = `${look.width}-${look.lang}-${look.theme}`;
  const tabs = await page.$$eval('[role=tab]', all => all.map(b => b.id));
  want(`${name}: no tab`, tabs.length > 0);
  for (const tab of tabs) {
    await page.click('#' + tab);
    if (await page.$('button.go')) await ask(page, `${name} ${tab}`);
    want(`${name} ${tab}: wider than the window`, await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
    await judge(page, `${name} ${tab}`);
    if (shots) await page.screenshot({ path: path.join(shots, `${name}-${tab}.png`), fullPage: true });
  }
  want(`${name}: not in ${look.lang}`, await page.evaluate(() => document.documentElement.lang) === look.lang);
  await page.close();
}
const page = await open(browser, { width: 1280, lang: 'en', theme: 'light' }, false); // under its own policy
if (await page.$('textarea')) {
  await page.$eval('textarea', e => { e.value = ''; });
  await page.type('textarea', '아직 묻지 않은 글');
  await page.click('#language');
  want('the language takes the text away', await page.$eval('textarea', e => e.value) === '아직 묻지 않은 글');
  await page.click('button.go');
  await page.waitForFunction(() => !document.querySelector('button.go').disabled);
  want('no answer under the page\'s own policy', await page.$eval('output', o => o.textContent.trim()) !== '');
}
await browser.close();
faults.forEach(f => console.error(f));
process.exit(faults.length ? 1 : 0);
