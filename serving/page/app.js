"use strict";

// Words of the page in both languages.
const words = {
  en: {
    about: "Try the models that this server has loaded.", shell: "The same from a shell", trained: "trained on", reads: "reads", tokens: "tokens",
    voters: "models that vote:", scores: "Scores in per cent on the split that each task scores, with their 95 % intervals; the best of a column is shaded.",
    skip: "Skip to the content", theme: "Light or dark", token: "Token", use: "Use", tasks: "Tasks",
    predict: "Predict", "fill-mask": "Masks", generate: "Continue", summarize: "Summarize", board: "Leaderboard",
    model: "Model", text: "Text", texts: "Texts, one a line", top: "Guesses", length: "New tokens",
    sample: "Draw tokens", temperature: "Temperature", seed: "Seed", ask: "Ask", stop: "Stop", working: "Working …",
    second: "Second texts of pairs, one a line", tab: "A line may hold both, with a tab between.", empty: "Write a text first.",
    uneven: "Not as many second texts as texts", tabs: "More than one tab in line",
    noMask: "The text has no [MASK].", mask: "Write [MASK] where a word is missing.", keys: "Ctrl and Enter ask, too.", cut: "The model read the beginning only.",
    none: "No model is loaded.", entities: "no entity", maskOf: "Mask", missing: "The server asks for a token.",
    published: "published", gone: "The server does not answer.", best: "best", noBoard: "There is no finished run.",
  },
  ko: {
    about: "이 서버가 불러온 모델을 써 볼 수 있습니다.", shell: "셸에서 같은 요청 보내기", trained: "학습한 과제", reads: "읽는 길이", tokens: "토큰",
    voters: "투표하는 모델 수", scores: "각 과제에서 채점하는 분할의 점수(%)와 95% 구간입니다. 바탕색이 있는 칸이 열의 최고 점수입니다.",
    skip: "본문으로 건너뛰기", theme: "밝게 또는 어둡게", token: "토큰", use: "사용", tasks: "작업",
    predict: "예측", "fill-mask": "빈칸 채우기", generate: "이어 쓰기", summarize: "요약", board: "리더보드",
    model: "모델", text: "글", texts: "글, 한 줄에 하나씩", top: "후보 수", length: "새 토큰 수",
    sample: "무작위로 뽑기", temperature: "온도", seed: "시드", ask: "실행", stop: "중지", working: "계산하는 중 …",
    second: "짝이 되는 글, 한 줄에 하나씩", tab: "두 글을 탭으로 나누어 한 줄에 써도 됩니다.", empty: "먼저 글을 쓰세요.",
    uneven: "글과 짝이 되는 글의 줄 수가 다릅니다", tabs: "탭이 둘 이상 있는 줄:",
    noMask: "글에 [MASK]가 없습니다.", mask: "빠진 낱말 자리에 [MASK]를 쓰세요.", keys: "Ctrl+Enter로도 실행합니다.", cut: "모델이 글의 앞부분만 읽었습니다.",
    none: "불러온 모델이 없습니다.", entities: "개체 없음", maskOf: "빈칸", missing: "서버가 토큰을 요구합니다.",
    published: "발표된 값", gone: "서버가 응답하지 않습니다.", best: "최고", noBoard: "끝난 실행이 없습니다.",
  },
};
const samples = {
  predict: "이 영화 정말 재미있다\n배우 연기가 아쉬웠다",
  second: "이 영화는 무척 재미있다\n음악이 좋았다",
  tag: "김민수는 어제 서울에서 열린 회의에 갔다\n이순신은 1592년 한산도에서 크게 이겼다",
  "fill-mask": "이 영화 정말 [MASK].",
  generate: "이 영화는",
  summarize: "주말에 극장에서 새 영화를 보았다. 배우들의 연기가 좋았고 음악도 훌륭했다. 다음에 또 보고 싶다.",
};

const stored = (key) => { try { return localStorage.getItem(key); } catch { return null; } };
const store = (key, value) => { try { localStorage.setItem(key, value); } catch { /* a private window */ } };

let language = stored("language") || (navigator.language.startsWith("ko") ? "ko" : "en");
let token = "";
let models = [];
let board = null;
const t = (key) => words[language][key] || key;
const $ = (id) => document.getElementById(id);

// make returns an element with attributes, listeners (on…) and children.
function make(tag, attributes = {}, ...children) {
  const e = document.createElement(tag);
  for (const [k, v] of Object.entries(attributes)) {
    if (k.startsWith("on")) e.addEventListener(k.slice(2), v);
    else if (v !== null && v !== false) e.setAttribute(k, v === true ? "" : v);
  }
  e.append(...children);
  return e;
}

// ask returns the answer of the API, or throws its problem.
async function ask(path, body, signal) {
  const headers = {};
  if (body) headers["Content-Type"] = "application/json";
  if (token) headers.Authorization = "Bearer " + token;
  let r;
  try {
    r = await fetch(path, { method: body ? "POST" : "GET", headers, body: body && JSON.stringify(body), signal });
  } catch (e) {
    throw e.name === "AbortError" ? e : new Error(t("gone"));
  }
  if (r.ok) return r;
  let detail = r.status + " " + r.statusText;
  try {
    const p = await r.json();
    detail = [p.detail, ...(p.errors || []).map((e) => e.location + ": " + e.message)].join("; ");
  } catch { /* no problem+json: the status has to do */ }
  throw Object.assign(new Error(detail), { status: r.status });
}

// say returns an element with words that follow the language.
const say = (tag, key, attributes = {}) => make(tag, { ...attributes, "data-t": key }, t(key));

// field is a control under a label.
function field(name, label, control, kind = "") {
  control.id = name;
  const l = say("label", label, { for: name });
  return make("div", { class: "field " + kind }, ...(kind === "check" ? [control, l] : [l, control]));
}

function probs(pairs) {
  return make("dl", { class: "probs" }, ...pairs.map(([name, p]) => {
    const fill = make("span", { class: "fill" });
    fill.style.width = (100 * p).toFixed(1) + "%";
    return make("div", {}, make("dt", {}, name), make("dd", { class: "track", "aria-hidden": "true" }, fill),
      make("dd", { class: "number" }, (100 * p).toFixed(1) + " %"));
  }));
}

// colours gives each type of entity one of eight.
const colours = new Map();
function colour(type) {
  if (!colours.has(type)) colours.set(type, colours.size % 8);
  return "e" + colours.get(type);
}

function entities(answer) {
  const points = [...answer.text], p = make("p");
  let at = 0;
  for (const e of answer.entities) {
    p.append(points.slice(at, e.start).join(""));
    p.append(make("mark", { class: colour(e.type) }, points.slice(e.start, e.end).join(""),
      make("span", { class: "type" }, e.type + "\u00a0" + (100 * e.prob).toFixed(0) + "\u00a0%")));
    at = e.end;
  }
  p.append(points.slice(at).join(""));
  if (answer.entities.length === 0) p.append(" ", say("span", "entities", { class: "hint" }));
  return p;
}

// show has what each task shows of an answer.
const show = {
  predict(out, a) {
    for (const x of a.answers) {
      const box = make("div", { class: "answer" });
      if (x.entities) box.append(entities(x));
      else box.append(make("p", {}, x.text + (x.text_pair ? " / " + x.text_pair : "") + " → ", make("strong", {}, typeof x.pred === "number" ? x.pred.toFixed(3) : x.pred)));
      if (x.probs) box.append(probs(Object.entries(x.probs).sort((a, b) => b[1] - a[1])));
      if (x.truncated) box.append(say("p", "cut", { class: "hint" }));
      out.append(box);
    }
  },
  "fill-mask"(out, a) {
    a.masks.forEach((guesses, i) => {
      const box = make("div", { class: "answer" });
      if (a.masks.length > 1) box.append(make("p", {}, say("span", "maskOf"), " " + (i + 1)));
      box.append(probs(guesses.map((g) => [g.token, g.prob])));
      out.append(box);
    });
  },
  summarize(out, a) {
    out.append(make("p", { class: "written" }, a.text));
    if (a.truncated) out.append(say("p", "cut", { class: "hint" }));
  },
};

// stream reads server-sent events into p.
async function stream(body, out, signal) {
  const p = make("p", { class: "written" }, body.text);
  out.append(p);
  const r = await ask("/v1/generate", body, signal);
  const reader = r.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let rest = ""; ;) {
    const { value, done } = await reader.read();
    if (done) return;
    rest += value;
    const parts = rest.split("\n\n");
    rest = parts.pop();
    for (const part of parts) {
      const name = (part.match(/^event: (.*)$/m) || [])[1];
      const data = JSON.parse(part.match(/^data: (.*)$/m)[1]);
      if (name === "error") throw new Error(data.detail);
      if (name === "done") p.textContent = data.text;
      else p.append(data.text);
    }
  }
}

// pairs makes of lines what a model is asked about: single texts, in which a tab is white
// space, or pairs, of the two fields or with a tab between.
function pairs(text, second, model) {
  const lines = (s) => s.replace(/\n+$/, "").split("\n"), first = lines(text);
  if (model.pairs === false) return first.filter((l) => l.trim());
  if (second.trim()) {
    const others = lines(second);
    if (first.length !== others.length) throw new Error(`${t("uneven")} (${first.length}, ${others.length})`);
    return first.map((l, i) => ({ text: l, text_pair: others[i] })).filter((x) => x.text.trim() || x.text_pair.trim());
  }
  return first.map((l, i) => {
    const parts = l.split("\t");
    if (parts.length > 2) throw new Error(`${t("tabs")} ${i + 1}`);
    return parts.length < 2 ? l : { text: parts[0], text_pair: parts[1] };
  }).filter((l) => typeof l !== "string" || l.trim());
}

// inputs are the fields of each task beside model and text, and what they ask.
const inputs = {
  predict: { fields: () => [], texts: "texts", second: true, body(text, v, model) {
    const texts = pairs(text, $("second").value, model);
    if (texts.length === 0) throw new Error(t("empty"));
    return { texts };
  } },
  "fill-mask": { fields: () => [number("top", 5, 1, 100)], hint: "mask", body(text, v) {
    if (!/\[MASK\]|<mask>/.test(text)) throw new Error(t("noMask"));
    return { text, top: v("top") };
  } },
  generate: {
    fields: () => [number("length", 40, 1, 1000), number("temperature", 0.8, 0.05, 5, 0.05),
      number("seed", 1, 0, 1e9), field("sample", "sample", make("input", { type: "checkbox", checked: true }), "check")],
    body: (text, v) => ({ text, stream: true, max_new_tokens: v("length"), do_sample: $("sample").checked,
      ...($("sample").checked ? { temperature: v("temperature"), seed: v("seed") } : {}) }),
  },
  summarize: { fields: () => [number("length", 40, 1, 1000)], body: (text, v) => ({ text, max_new_tokens: v("length") }) },
};

function number(name, value, min, max, step = 1) {
  return field(name, name, make("input", { type: "number", value, min, max, step, required: true }));
}

// area is a field for texts. It holds what was asked last, else what suits the model.
function area(name, key, label, required) {
  const control = make("textarea", { required, spellcheck: "false", rows: 4, lang: "ko" });
  let touched = stored("text-" + key) !== null;
  control.value = stored("text-" + key) ?? "";
  control.addEventListener("input", () => { touched = true; });
  return { control, box: field(name, label, control, "wide"), remember: () => touched && store("text-" + key, control.value),
    suit(sample) { if (!touched) control.value = sample; } };
}

// about says in a line what a model is.
function about(m) {
  const line = make("p", { class: "hint" }, m.architecture);
  if (m.trained_on) line.append(" · ", say("span", "trained"), " " + m.trained_on);
  if (m.labels && m.labels.length <= 8) line.append(" (" + m.labels.join(", ") + ")");
  if (m.voters) line.append(" · ", say("span", "voters"), " " + m.voters);
  line.append(" · ", say("span", "reads"), " " + m.max_tokens + " ", say("span", "tokens"));
  return line;
}

// shellOf is a request as curl sends it.
function shellOf(path, body) {
  const quoted = (s) => "'" + s.replaceAll("'", "'\\''") + "'";
  const line = "curl " + (body.stream ? "-N " : "") + (token ? "-H 'Authorization: Bearer TOKEN' " : "") + "--json " +
    quoted(JSON.stringify(body)) + " " + location.origin + path;
  return make("details", {}, say("summary", "shell"), make("pre", { tabindex: "0" }, line));
}

function panelOf(task) {
  const own = models.filter((m) => m.tasks.includes(task)), spec = inputs[task];
  const select = make("select", {}, ...own.map((m) => make("option", { value: m.name }, m.name)));
  const chosen = () => own.find((m) => m.name === select.value);
  const text = area("text", task, spec.texts || "text", true);
  const second = spec.second ? area("second", "second", "second", false) : null, tab = say("span", "tab");
  const fields = spec.fields(), what = make("div", {}), shell = make("div", {});
  const go = say("button", "ask", { class: "go" });
  const stop = say("button", "stop", { type: "button", hidden: true });
  const out = make("output", { "aria-live": "polite", "aria-label": t(task), "data-t-label": task });
  let control = null;
  stop.addEventListener("click", () => control && control.abort());
  // suit fits the fields to the chosen model: only one of pairs, or one of which nothing is known, has second texts.
  const suit = () => {
    const m = chosen();
    what.replaceChildren(about(m));
    text.suit(samples[task === "predict" && m.kind === "tag" ? "tag" : task]);
    if (!second) return;
    second.box.hidden = tab.hidden = m.pairs === false;
    second.suit(m.pairs ? samples.second : "");
  };
  const form = make("form", { class: "ask", async onsubmit(e) {
    e.preventDefault();
    if (go.disabled) return; // by the keys
    for (const a of [text, second]) if (a) a.remember();
    control = new AbortController();
    go.disabled = true;
    stop.hidden = false;
    out.replaceChildren(say("p", "working", { class: "hint" }));
    shell.replaceChildren();
    try {
      const body = { model: select.value, ...spec.body(text.control.value, (id) => Number($(id).value), chosen()) };
      shell.replaceChildren(shellOf("/v1/" + task, body));
      if (task === "generate") {
        out.replaceChildren();
        await stream(body, out, control.signal);
      } else {
        const answer = await (await ask("/v1/" + task, body, control.signal)).json();
        out.replaceChildren();
        show[task](out, answer);
      }
    } catch (fault) {
      if (fault.name !== "AbortError") out.replaceChildren(make("p", { class: "fault", role: "alert" }, fault.message));
      else if (task !== "generate") out.replaceChildren();
    }
    go.disabled = false;
    stop.hidden = true;
  } },
  make("div", { class: "fields" }, field("model", "model", select)), what, text.box, ...(second ? [second.box] : []),
  make("p", { class: "hint" }, ...(spec.hint ? [say("span", spec.hint), " "] : []), ...(second ? [tab, " "] : []), say("span", "keys")),
  ...(fields.length ? [make("div", { class: "fields" }, ...fields)] : []), make("div", { class: "fields" }, go, stop));
  form.addEventListener("keydown", (e) => {
    if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) form.requestSubmit();
  });
  select.addEventListener("change", suit);
  suit();
  return make("section", {}, say("h2", task), form, out, shell);
}

function boardPanel() {
  const section = make("section", {}, make("h2", {}, t("board")));
  if (!board.rows || board.rows.length === 0) {
    section.append(make("p", { class: "hint" }, t("noBoard")));
    return section;
  }
  const columns = board.columns.filter((c) => board.rows.some((r) => (r.cells || {})[c.task])), legend = board.legend || [];
  const small = (text) => make("small", {}, text);
  const head = make("tr", {}, make("th", { scope: "col" }, t("model")),
    ...columns.map((c) => make("th", { scope: "col" }, c.title, small(c.metric.replace("_", " ")))));
  const signs = (cell) => legend.filter((s) => cell.tied_by === s.of || (cell.marks || []).includes(s.of) || cell[s.of] === true)
    .map((s) => s.sign).join("");
  const rows = board.rows.map((r) => make("tr", {}, make("th", { scope: "row" }, r.model + (r.published ? " (" + t("published") + ")" : "")),
    ...columns.map((c) => {
      const cell = (r.cells || {})[c.task];
      if (!cell) return make("td", {}, "–");
      return make("td", { class: cell.best ? "best" : null }, cell.score.toFixed(2) + signs(cell),
        small(cell.interval ? cell.interval.map((v) => v.toFixed(1)).join("–") : ""));
    })));
  section.append(make("p", { class: "hint" }, t("scores")),
    make("div", { class: "table", tabindex: "0", role: "region", "aria-label": t("board") },
      make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows))),
    ...legend.map((s) => make("p", { class: "hint" }, s.sign + " " + s[language])));
  return section;
}

let current = "";
const panels = new Map(); // by task; those that are not shown keep what was typed and answered

// translate puts the words below a root into the language.
function translate(root) {
  for (const e of root.querySelectorAll("[data-t]")) e.textContent = t(e.dataset.t);
  for (const e of root.querySelectorAll("[data-t-label]")) e.setAttribute("aria-label", t(e.dataset.tLabel));
}

function draw() {
  document.documentElement.lang = language;
  translate(document);
  for (const panel of panels.values()) translate(panel);
  $("language").textContent = language === "ko" ? "English" : "한국어";
  $("language").lang = language === "ko" ? "en" : "ko";
  const tasks = Object.keys(inputs).filter((task) => models.some((m) => m.tasks.includes(task)));
  if (board) tasks.push("board");
  if (!tasks.includes(current)) current = tasks[0] || "";
  $("tabs").hidden = tasks.length === 0;
  $("tabs").replaceChildren(...tasks.map((task) => make("button", { type: "button", role: "tab", id: "tab-" + task, "aria-controls": "panel",
    "aria-selected": String(task === current), tabindex: task === current ? "0" : "-1",
    onclick: () => { current = task; draw(); $("tab-" + task).focus(); } }, t(task))));
  $("panels").replaceChildren();
  if (current) {
    if (current !== "board" && !panels.has(current)) panels.set(current, panelOf(current));
    const panel = current === "board" ? boardPanel() : panels.get(current);
    $("panels").append(make("div", { role: "tabpanel", id: "panel", "aria-labelledby": "tab-" + current }, panel));
  }
}

$("tabs").addEventListener("keydown", (e) => {
  const all = [...$("tabs").children], at = all.findIndex((b) => b === document.activeElement);
  const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1 }[e.key];
  if (to === undefined || at < 0) return;
  e.preventDefault();
  all[(to + all.length) % all.length].click();
});

function status(text) {
  $("status").hidden = !text;
  $("status").textContent = text;
}

async function load() {
  try {
    const served = await (await ask("/v1/models")).json();
    models = served.models || [];
    panels.clear();
    $("token").hidden = true;
    $("links").hidden = token !== ""; // a link bears no token
    status(models.length ? "" : t("none"));
    board = served.leaderboard ? await ask("/v1/leaderboard").then((r) => r.json(), () => null) : null;
  } catch (fault) {
    models = [];
    panels.clear();
    $("token").hidden = fault.status !== 401;
    $("links").hidden = fault.status === 401;
    status(fault.status === 401 ? t("missing") : fault.message);
  }
  draw();
}

$("token").addEventListener("submit", (e) => {
  e.preventDefault();
  token = $("token-value").value;
  load();
});
$("language").addEventListener("click", () => {
  language = language === "ko" ? "en" : "ko";
  store("language", language);
  draw();
});
function dress(theme) {
  document.documentElement.classList.toggle("dark", theme === "dark");
}
const system = matchMedia("(prefers-color-scheme: dark)");
dress(stored("theme") || (system.matches ? "dark" : "light"));
system.addEventListener("change", (e) => { if (!stored("theme")) dress(e.matches ? "dark" : "light"); });
$("theme").addEventListener("click", () => {
  const theme = document.documentElement.classList.contains("dark") ? "light" : "dark";
  store("theme", theme);
  dress(theme);
});
load();
