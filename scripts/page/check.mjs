// Opens a report in headless Chromium and fails unless it works as it should:
//
//	npm install --prefix scripts/page && node scripts/page/check.mjs report.html [screenshots' folder]
//
// No error on the console under the page's own policy; sorting, filters, theme and
// language work, of figures and of what listeners hear too; in every combination of
// width, language and theme nothing is wider than the window and axe-core finds no
// violation, and figures stand out; paper has no buttons, and dark text.
import fs from 'fs';
import path from 'path';
import puppeteer from 'puppeteer-core';

const here = path.dirname(new URL(import.meta.url).pathname);
const axe = fs.readFileSync(path.join(here, 'node_modules/axe-core/axe.min.js'), 'utf8');
const [file, shots] = process.argv.slice(2);
const url = 'file://' + path.resolve(file);
const faults = [];
const want = (what, ok) => { if (!ok) faults.push(what); };
// A busy machine is no fault of the page's: only what takes minutes is given up.
const timeout = 300000;

async function open(browser, width, bypass) {
  const page = await browser.newPage();
  page.setDefaultTimeout(timeout);
  await page.setViewport({ width, height: 900 });
  await page.setBypassCSP(bypass);
  page.on('console', m => want(`${width}: console: ${m.text()}`, m.type() !== 'error'));
  page.on('pageerror', e => want(`${width}: ${e}`, false));
  page.on('request', r => want(`${width}: asks for ${r.url().slice(0, 80)}`, r.url() === url || r.url().startsWith('data:')));
  await page.goto(url);
  await page.evaluate(() => document.querySelectorAll('details').forEach(d => { d.open = true; }));
  return page;
}

const shown = (page, selector) => page.$$eval(selector, all => all.filter(e => e.getClientRects().length > 0).length);

// works tries what the page's script does, under the page's own policy.
async function works(browser, width, lang) {
  const page = await open(browser, width, false);
  await page.select('#lang', lang);
  const board = '.selection:not([hidden]) .board';
  const column = `${board} thead th:nth-child(2)`;
  const values = () => page.$$eval(`${board} tbody tr`, rows => rows.map(r => r.children[1].dataset.value).filter(v => v).map(Number));
  await page.click(`${column} button`);
  let v = await values();
  want(`${width}: not sorted down: ${v}`, v.every((x, i) => i === 0 || v[i - 1] >= x));
  await page.click(`${column} button`);
  v = await values();
  want(`${width}: not sorted up: ${v}`, v.every((x, i) => i === 0 || v[i - 1] <= x));
  want(`${width}: the order is not announced`, await page.$eval(column, e => e.getAttribute('aria-sort')) === 'ascending');
  await page.click('input[name=kind][value=measured]');
  want(`${width}: measured rows are still there`, await shown(page, `${board} tr[data-kind=measured]`) === 0);
  await page.click('input[name=kind][value=measured]');
  const task = await page.$eval('input[name=task]', e => e.value);
  await page.click(`input[name=task][value="${task}"]`);
  want(`${width}: the column of ${task} is still there`, await shown(page, `${board} [data-task="${task}"]`) === 0);
  await page.close();
}

// speaks asks that all is in one language: texts, those of figures, and names.
async function speaks(page, what, lang) {
  const other = lang === 'ko' ? '.en' : '.ko';
  want(`${what}: ${other} shows`, await shown(page, other) === 0);
  want(`${what}: no .${lang} shows`, await shown(page, `.${lang}`) > 0 && await shown(page, `svg text.${lang}`) > 0);
  const names = await page.$$eval('[data-ko]', (all, lang) => all.filter(e =>
    (e.getAttribute('aria-label') ?? e.textContent) !== e.getAttribute('data-' + lang)).map(e => e.outerHTML.slice(0, 120)), lang);
  want(`${what}: in the other language: ${names[0]}`, names.length === 0);
}

// luminance is WCAG's, of a CSS colour.
function luminance(css) {
  const [r, g, b] = css.match(/[\d.]+/g).map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

// standsOut asks that figures can be seen on the page: nothing lies behind them but it,
// text has a contrast of 4.5 to it and the colours of models one of 3.
async function standsOut(page, what) {
  const seen = await page.evaluate(() => {
    const behind = all => [...new Set([...document.querySelectorAll(all)].map(e => getComputedStyle(e).backgroundColor))];
    const colours = (all, property) => [...new Set([...document.querySelectorAll(all)].filter(e => e.getClientRects().length > 0)
      .map(e => getComputedStyle(e)[property]))];
    return { page: getComputedStyle(document.body).backgroundColor, behind: behind('.picture, .picture svg'),
      text: colours('.figure text', 'fill'), lines: colours('.figure [style*="stroke:var(--hue"]', 'stroke'),
      dots: colours('.figure [style*="fill:var(--hue"]', 'fill') };
  });
  want(`${what}: figures lie on ${seen.behind}`, seen.behind.every(c => c === 'rgba(0, 0, 0, 0)'));
  want(`${what}: figures without text or models`, seen.text.length > 0 && seen.lines.length + seen.dots.length > 0);
  const under = luminance(seen.page);
  for (const [least, colours] of [[4.5, seen.text], [3, seen.lines.concat(seen.dots)]]) for (const c of colours) {
    const over = luminance(c), got = (Math.max(over, under) + 0.05) / (Math.min(over, under) + 0.05);
    want(`${what}: ${c} on ${seen.page} has a contrast of ${got.toFixed(2)}`, got >= least);
  }
}

// judge looks at one combination.
async function judge(page, width, lang, theme) {
  const what = `${width}-${lang}-${theme}`;
  await page.setViewport({ width, height: 900 });
  await page.select('#lang', lang);
  if (await page.evaluate(() => document.documentElement.dataset.theme || 'light') !== theme) await page.click('#theme');
  want(`${what}: another theme`, await page.evaluate(() => document.documentElement.dataset.theme || 'light') === theme);
  await speaks(page, what, lang);
  await standsOut(page, what);
  want(`${what}: wider than the window`, await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  const { violations } = await page.evaluate(() => window.axe.run());
  for (const x of violations) want(`${what}: axe: ${x.id}, ${x.nodes.length} times: ${x.nodes[0].html.slice(0, 160)}`, false);
  if (shots) await page.screenshot({ path: path.join(shots, `page-${what}.png`), fullPage: true });
}

// prints looks at paper: in either language, light whatever the screen was.
async function prints(page, lang) {
  await page.select('#lang', lang);
  await page.emulateMediaType('print');
  want(`print: buttons`, await shown(page, '.tools, .filters, nav') === 0);
  want(`print: not dark on white`, await page.evaluate(() => getComputedStyle(document.body).color) === 'rgb(28, 32, 36)');
  await speaks(page, `print-${lang}`, lang);
  await standsOut(page, `print-${lang}`);
  if (shots) await page.pdf({ path: path.join(shots, `page-${lang}.pdf`), format: 'A4' });
  await page.emulateMediaType(null);
}

const browser = await puppeteer.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: ['--no-sandbox'],
  timeout, protocolTimeout: timeout });
for (const [width, lang] of [[1280, 'en'], [390, 'ko']]) await works(browser, width, lang);
const page = await open(browser, 1280, true); // axe is a script that the page's policy refuses
await page.evaluate(axe);
for (const width of [1280, 390]) {
  for (const theme of ['light', 'dark']) for (const lang of ['en', 'ko']) await judge(page, width, lang, theme);
}
for (const lang of ['en', 'ko']) await prints(page, lang);
await browser.close();
faults.forEach(f => console.error(f));
process.exit(faults.length ? 1 : 0);
