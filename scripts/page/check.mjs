// Opens a report in headless Chromium and fails unless it works as it should:
//
//	npm install --prefix scripts/page && node scripts/page/check.mjs report.html [screenshots' folder]
//
// No error on the console under the page's own policy; sorting, filters, theme and
// language work; nothing is wider than the window; axe-core finds no violation.
import fs from 'fs';
import path from 'path';
import puppeteer from 'puppeteer-core';

const here = path.dirname(new URL(import.meta.url).pathname);
const axe = fs.readFileSync(path.join(here, 'node_modules/axe-core/axe.min.js'), 'utf8');
const [file, shots] = process.argv.slice(2);
const url = 'file://' + path.resolve(file);
const faults = [];
const want = (what, ok) => { if (!ok) faults.push(what); };

async function open(browser, width, lang, theme, bypass) {
  const page = await browser.newPage();
  await page.setViewport({ width, height: 900 });
  await page.setBypassCSP(bypass);
  page.on('console', m => want(`${width}: console: ${m.text()}`, m.type() !== 'error'));
  page.on('pageerror', e => want(`${width}: ${e}`, false));
  page.on('request', r => want(`${width}: asks for ${r.url().slice(0, 80)}`, r.url() === url || r.url().startsWith('data:')));
  await page.goto(url);
  await page.select('#lang', lang);
  if (theme === 'dark') await page.click('#theme');
  await page.evaluate(() => document.querySelectorAll('details').forEach(d => { d.open = true; }));
  return page;
}

const browser = await puppeteer.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: ['--no-sandbox'] });
for (const [width, lang, theme] of [[1280, 'en', 'light'], [390, 'ko', 'dark']]) {
  const page = await open(browser, width, lang, theme, false);
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
  const shown = selector => page.$$eval(selector, all => all.filter(e => e.offsetParent !== null).length);
  await page.click('input[name=kind][value=measured]');
  want(`${width}: measured rows are still there`, await shown(`${board} tr[data-kind=measured]`) === 0);
  await page.click('input[name=kind][value=measured]');
  const task = await page.$eval('input[name=task]', e => e.value);
  await page.click(`input[name=task][value="${task}"]`);
  want(`${width}: the column of ${task} is still there`, await shown(`${board} [data-task="${task}"]`) === 0);
  await page.click(`input[name=task][value="${task}"]`);
  want(`${width}: both languages show`, await shown(lang === 'ko' ? '.en' : '.ko') === 0 && await shown('.' + lang) > 0);
  want(`${width}: wider than the window`, await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  if (theme === 'dark') want('the theme stays light', await page.evaluate(() => document.documentElement.dataset.theme) === 'dark');
  if (shots) await page.screenshot({ path: path.join(shots, `page-${width}.png`), fullPage: true });
  await page.close();

  const judged = await open(browser, width, lang, theme, true); // axe is a script that the page's policy refuses
  await judged.evaluate(axe);
  const { violations } = await judged.evaluate(() => window.axe.run());
  for (const x of violations) want(`${width}: axe: ${x.id}, ${x.nodes.length} times: ${x.nodes[0].html.slice(0, 160)}`, false);
  await judged.close();
}
await browser.close();
faults.forEach(f => console.error(f));
process.exit(faults.length ? 1 : 0);
