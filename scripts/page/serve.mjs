// Opens the page of a running 'bench serve' in headless Chromium, asks every model on it,
// and fails unless it works as it should:
//
//	npm install --prefix scripts/page && node scripts/page/serve.mjs http://127.0.0.1:8080 [screenshots' folder]
//
// Every task that the server's models do is asked and answered, at two widths, in both
// languages, light and dark; what is pasted with tabs is a text to models of single texts
// and a pair to those of pairs; tabs and languages take nothing away; the line for a shell
// asks the same; signs on the leaderboard are explained; no error on the console; nothing is asked of another host;
// nothing is wider than the window; axe-core finds no violation.
import { execFileSync } from 'child_process';
import fs from 'fs';
import path from 'path';
import puppeteer from 'puppeteer-core';

const here = path.dirname(new URL(import.meta.url).pathname);
const axe = fs.readFileSync(path.join(here, 'node_modules/axe-core/axe.min.js'), 'utf8');
const [url, shots] = process.argv.slice(2);
const faults = [];
const want = (what, ok) => { if (!ok) faults.push(what); };
// A busy machine is no fault of the page's: only what takes minutes is given up.
const timeout = 300000;

async function open(browser, { width, lang, theme }, bypass) {
  const page = await browser.newPage();
  page.setDefaultTimeout(timeout);
  await page.setViewport({ width, height: 900 });
  await page.setBypassCSP(bypass);
  await page.evaluateOnNewDocument((l, d) => { localStorage.setItem('language', l); localStorage.setItem('theme', d); }, lang, theme);
  page.on('console', m => want(`${width}: console: ${m.text()}`, m.type() !== 'error'));
  page.on('pageerror', e => want(`${width}: ${e}`, false));
  page.on('request', r => want(`${width}: asks for ${r.url().slice(0, 80)}`, r.url().startsWith(url) || r.url().startsWith('data:')));
  await page.goto(url, { waitUntil: 'networkidle0' });
  await page.waitForSelector('[role=tab]'); // the script may be slower to ask than networkidle0 waits
  return page;
}

// ask asks the first text of the tab's form, of each of its models, and waits for the answer.
async function ask(page, what) {
  const models = await page.$$eval('#model option', all => all.map(o => o.value));
  for (const model of models) {
    await page.select('#model', model);
    await page.click('button.go');
    await page.waitForFunction(() => !document.querySelector('button.go').disabled);
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

const browser = await puppeteer.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: ['--no-sandbox'],
  timeout, protocolTimeout: timeout });
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
// fill puts a text where a user pastes it.
const fill = (page, selector, text) => page.$eval(selector, (e, v) => { e.value = v; e.dispatchEvent(new Event('input')); }, text);

async function answers(page) {
  await page.click('button.go');
  await page.waitForFunction(() => !document.querySelector('button.go').disabled);
  return { fault: await page.$eval('output', o => o.querySelector('.fault')?.textContent),
    texts: await page.$$eval('output .answer > p:first-child', all => all.map(p => p.textContent)) };
}

// pastes tries lines with tabs, and texts beside their pairs.
async function pastes(page) {
  const models = await page.evaluate(() => fetch('/v1/models').then(r => r.json()).then(m => m.models));
  for (const m of models.filter(m => m.tasks.includes('predict'))) {
    await page.select('#model', m.name);
    const second = (await page.$('#second')) && await page.$eval('#second', e => e.offsetParent !== null);
    want(`${m.name}: second texts ${second}`, second === (m.pairs !== false));
    await fill(page, '#second', '');
    for (const text of ['부산에서\t열린 대회\n\n철수가\t이겼다\n', '하나\t둘\t셋\n넷']) {
      await fill(page, '#text', text);
      const { fault, texts } = await answers(page);
      const tabs = text.split('\n')[0].split('\t').length - 1;
      if (m.pairs === false) {
        want(`${m.name}: ${fault}, ${texts}`, !fault && texts.length === 2 && texts[0].split('\t').length === tabs + 1);
      } else if (tabs === 1) want(`${m.name}: ${fault}, ${texts}`, !fault && texts.length === 2 && texts.every(x => x.includes(' / ')));
      else want(`${m.name}: two tabs: ${fault}`, /line 1$/.test(fault));
    }
    if (m.pairs === false) continue;
    await fill(page, '#text', '비가 온다\n눈이 온다');
    await fill(page, '#second', '비가 내린다\n해가 난다\n');
    let got = await answers(page);
    want(`${m.name}: ${got.fault}, ${got.texts}`, !got.fault && got.texts.length === 2 && got.texts[1].startsWith('눈이 온다 / 해가 난다'));
    await fill(page, '#second', '하나');
    got = await answers(page);
    want(`${m.name}: uneven: ${got.fault}`, /2, 1\)$/.test(got.fault));
  }
}

// shells runs the line that the page has for a shell.
async function shells(page) {
  const text = 'it\'s "so" \\ $HOME `id` & 좋다!';
  await page.select('#model', await page.$eval('#model option', o => o.value));
  await fill(page, '#text', text);
  if (await page.$('#second')) await fill(page, '#second', '');
  await answers(page);
  const line = await page.$eval('details pre', e => e.textContent);
  const answer = JSON.parse(execFileSync('bash', ['-c', line.replace('curl ', 'curl -s ')], { encoding: 'utf8' }));
  want(`from a shell: ${JSON.stringify(answer).slice(0, 200)}`, answer.answers?.[0].text === text);
}

// explains looks at the leaderboard: each sign behind a score has its meaning below.
async function explains(page) {
  await page.click('#tab-board');
  const signs = await page.$$eval('td', all => [...new Set(all.flatMap(e => [...e.firstChild.textContent.replace(/[\d.–-]/g, '')]))]);
  const meanings = await page.$$eval('section > p.hint', all => all.map(e => e.textContent));
  for (const s of signs) want(`${s} is not explained`, meanings.some(m => m.startsWith(s + ' ') && m.length > 20));
  want('no sign on scores of sample data', signs.includes('§') || !meanings.length);
}

// keeps tries that neither another tab nor another language takes away what there is.
async function keeps(page) {
  await fill(page, '#text', '아직 묻지 않은 글');
  const model = await page.$eval('#model', e => { e.selectedIndex = e.length - 1; e.dispatchEvent(new Event('change')); return e.value; });
  const answer = await page.$eval('output', o => o.textContent);
  const tabs = await page.$$eval('[role=tab]', all => all.map(b => b.id));
  for (const id of ['language', tabs[tabs.length - 1], tabs[0], 'language']) await page.click('#' + id);
  want('the text is taken away', await page.$eval('#text', e => e.value) === '아직 묻지 않은 글');
  want('the model is another', await page.$eval('#model', e => e.value) === model);
  want('the answer is taken away', await page.$eval('output', o => o.textContent) === answer);
}

const page = await open(browser, { width: 1280, lang: 'en', theme: 'light' }, false); // under its own policy
if (await page.$('#tab-predict')) {
  await pastes(page);
  await shells(page);
  await keeps(page);
}
if (await page.$('#tab-board')) {
  await explains(page);
  await page.click('[role=tab]');
}
if (await page.$('textarea')) {
  await page.click('button.go');
  await page.waitForFunction(() => !document.querySelector('button.go').disabled);
  want('no answer under the page\'s own policy', await page.$eval('output', o => o.textContent.trim()) !== '');
}
await browser.close();
faults.forEach(f => console.error(f));
process.exit(faults.length ? 1 : 0);
