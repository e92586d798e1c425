"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const PAGE = 50;
  const form = document.getElementById("filters");
  const list = document.getElementById("list");
  const pager = document.getElementById("pager");
  // The places of the fields in a finding and in a rule, as html/mod.rs writes them.
  const [RULE, CONV, MESSAGE, AGENT, TIME, START, END, WHY, LAWS, ASSUMED, FILE, LINE, ALSO, ID, STANDING, ABSENT] = Array(16).keys();
  const [ASIDE, STANDING_TEXT, SURE] = [0, 1, 2];
  const [R_ID, R_TITLE, R_FAMILY, R_SEVERITY, R_CHARGE, R_ADVICE] = Array(6).keys();
  let shown = [];
  let page = 0;

  const element = (tag, className, ...children) => {
    const node = document.createElement(tag);
    if (className) node.className = className;
    node.append(...children);
    return node;
  };
  const rule = (finding) => data.rules[finding[RULE]];
  const lines = (finding) => data.conversations[finding[CONV]][2];
  const textOf = (finding) => (lines(finding).find((line) => line[0] === finding[MESSAGE]) || [0, "", ""])[2];

  // Spans count characters, which are not JavaScript's units.
  const marked = (finding, text) => {
    const chars = Array.from(text);
    const part = (from, to) => chars.slice(from, to).join("");
    if (finding[START] >= finding[END] || finding[END] > chars.length) return [text];
    return [part(0, finding[START]), element("mark", "", part(finding[START], finding[END])), part(finding[END])];
  };

  const chat = (finding) => {
    const box = element("ol", "chat");
    let last = -1;
    for (const [index, speaker, text] of lines(finding)) {
      if (index > last + 1) box.append(element("li", "gap", `…（其间 ${index - last - 1} 条未收入报告）`));
      last = index;
      const here = index === finding[MESSAGE];
      const item = element("li", (speaker === "客服" ? "own" : "") + (here ? " here" : ""));
      item.append(element("b", "", `${index + 1} ${speaker}`), ...(here ? marked(finding, text) : [text]));
      box.append(item);
    }
    return box;
  };

  const law = (at) => {
    const [name, article, gist, consequence, from, to] = data.laws[at];
    const days = from ? `自 ${from} 至${to ? ` ${to} ` : "今"}有效` : "有效期不详";
    const kind = consequence === "义务" ? "" : `可能涉及${consequence}：`;
    return element("li", "", `${kind}《${name.replaceAll("《", "〈").replaceAll("》", "〉")}》${article}（${days}）：${gist}`);
  };

  const body = (finding) => {
    const box = element("div", "body", chat(finding));
    const add = (title, ...content) => box.append(element("h4", "", title), ...content);
    add("原因", element("p", "", finding[WHY]));
    for (const [examined, at] of finding[ABSENT]) {
      const wordings = data.wordings[at];
      const all = element("details", "", element("summary", "", `未见下列 ${wordings.length} 种说法中的任何一种`),
        element("ul", "", ...wordings.map((wording) => element("li", "", element("code", "", wording)))));
      add("未见", element("p", "", `触发处为上文标出的文字；${examined}。`), all);
    }
    const cited = data.citations[finding[LAWS]];
    add(finding[ASSUMED] ? "依据（消息无日期，按报告日适用）" : "依据",
      cited.length ? element("ul", "", ...cited.map(law)) : element("p", "", "该日没有收录对应条文"));
    add("可信度", element("p", "", finding[STANDING][SURE]));
    add("建议", element("p", "", rule(finding)[R_ADVICE]));
    if (finding[ALSO].length) add("同类规则", element("p", "", finding[ALSO].join("、")));
    if (finding[STANDING][STANDING_TEXT]) add("复核", element("p", "", finding[STANDING][STANDING_TEXT]));
    add("出处", element("p", "", element("code", "", `${data.files[finding[FILE]]}:${finding[LINE]}`), " · 编号 ",
      element("code", "", finding[ID])));
    return box;
  };

  const card = (at) => {
    const finding = data.findings[at];
    const [id, title, family, severity] = rule(finding);
    const conversation = data.conversations[finding[CONV]][0];
    const summary = element("summary", "",
      element("span", `badge t${severity}`, data.severities[severity]), element("strong", "", title),
      ` ${id} · ${data.families[family]}`,
      element("span", "quote", ...marked(finding, textOf(finding))),
      element("span", "where", `坐席 ${data.agents[finding[AGENT]]} · 会话 ${conversation} 第 ${finding[MESSAGE] + 1} 条 · ${finding[TIME] || "时间不详"}`));
    const box = element("details", finding[STANDING][ASIDE] ? "aside" : `b${severity}`, summary);
    box.id = `f${at}`;
    const fill = () => { if (box.children.length === 1) box.append(body(finding)); };
    box.addEventListener("toggle", () => { if (box.open) fill(); });
    return box;
  };

  const draw = () => {
    const pages = Math.max(1, Math.ceil(shown.length / PAGE));
    page = Math.min(Math.max(page, 0), pages - 1);
    list.replaceChildren(...shown.slice(page * PAGE, (page + 1) * PAGE).map(card));
    document.getElementById("count").textContent = `共 ${shown.length} 条（全部 ${data.findings.length} 条）`;
    const turn = (label, by, off) => {
      const button = element("button", "", label);
      button.type = "button";
      button.disabled = off;
      button.addEventListener("click", () => {
        page += by;
        draw();
        document.getElementById("findings").scrollIntoView();
        (pager.querySelector("button:not(:disabled)") || form).focus({ preventScroll: true });
      });
      return button;
    };
    pager.hidden = pages === 1;
    pager.replaceChildren(turn("上一页", -1, page === 0), element("span", "", `第 ${page + 1} / ${pages} 页`), turn("下一页", 1, page === pages - 1));
  };

  const orders = {
    severity: (a, b) => rule(b)[R_SEVERITY] - rule(a)[R_SEVERITY],
    time: (a, b) => (a[TIME] || "~").localeCompare(b[TIME] || "~", "en"),
    "-time": (a, b) => (b[TIME] || "").localeCompare(a[TIME] || "", "en"),
    agent: (a, b) => a[AGENT] - b[AGENT],
    rule: (a, b) => (rule(a)[R_ID] < rule(b)[R_ID] ? -1 : rule(a)[R_ID] > rule(b)[R_ID] ? 1 : 0),
  };

  const filter = () => {
    const wanted = Object.fromEntries(new FormData(form));
    const words = wanted.text.toLowerCase().split(/\s+/).filter(Boolean);
    const number = (value) => (value ? Number(value) : null);
    const [charge, aside, agent, family, severity, named] = ["charge", "aside", "agent", "family", "severity", "rule"].map((name) => number(wanted[name]));
    const conversation = wanted.conversation.trim();
    shown = [];
    data.findings.forEach((finding, at) => {
      const r = rule(finding);
      if (charge !== null && r[R_CHARGE] !== charge) return;
      if (aside !== null && finding[STANDING][ASIDE] !== aside) return;
      if (agent !== null && finding[AGENT] !== agent) return;
      if (family !== null && r[R_FAMILY] !== family) return;
      if (severity !== null && r[R_SEVERITY] !== severity) return;
      if (named !== null && finding[RULE] !== named) return;
      if (conversation && !data.conversations[finding[CONV]][0].includes(conversation)) return;
      const day = finding[TIME].slice(0, 10);
      if ((wanted.from || wanted.to) && !day) return;
      if ((wanted.from && day < wanted.from) || (wanted.to && day > wanted.to)) return;
      if (words.length) {
        const text = `${textOf(finding)} ${finding[WHY]} ${r[R_ID]} ${r[R_TITLE]}`.toLowerCase();
        if (!words.every((word) => text.includes(word))) return;
      }
      shown.push(at);
    });
    const order = orders[wanted.sort];
    if (order) shown.sort((a, b) => order(data.findings[a], data.findings[b]) || a - b);
    page = 0;
    draw();
  };

  const choices = (name, options) => {
    form.elements[name].append(...options.map(([value, label]) => {
      const option = element("option", "", label);
      option.value = value;
      return option;
    }));
  };
  const byLabel = (a, b) => a[1].localeCompare(b[1], "zh");
  choices("agent", data.agents.map((agent, at) => [at, agent]).sort(byLabel));
  choices("family", data.families.map((title, at) => [at, title]));
  choices("severity", data.severities.map((title, at) => [at, title]).reverse());
  choices("rule", data.rules.map((r, at) => [at, `${r[R_ID]} ${r[R_TITLE]}`]).sort(byLabel));

  let waiting;
  form.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(filter, data.findings.length > 20000 ? 250 : 0); });
  form.addEventListener("reset", () => setTimeout(filter));
  form.addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-filter]");
    if (!button) return;
    form.reset();
    clearTimeout(waiting);
    const { filter: name, value } = button.dataset;
    const agent = name === "agent" ? data.agents.indexOf(value) : -1;
    form.elements[name].value = name === "agent" ? (agent < 0 ? "" : agent) : value;
    if (name === "agent" && agent < 0) form.elements.text.value = "";
    setTimeout(() => {
      filter();
      if (name === "agent" && agent < 0) { shown = []; draw(); }
      const heading = document.getElementById("h-findings");
      heading.tabIndex = -1;
      heading.focus();
    });
  });

  for (const table of document.querySelectorAll(".sortable")) {
    const heads = [...table.tHead.rows[0].cells];
    table.tHead.addEventListener("click", (event) => {
      const head = event.target.closest("button")?.parentElement;
      if (!head) return;
      const down = head.getAttribute("aria-sort") !== "descending";
      heads.filter((cell) => cell.hasAttribute("aria-sort")).forEach((cell) => cell.setAttribute("aria-sort", "none"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const at = heads.indexOf(head);
      const value = (row) => row.cells[at].dataset.v ?? row.cells[at].querySelector("button")?.textContent ?? row.cells[at].textContent;
      const compare = (a, b) => (isNaN(value(a)) ? value(a).localeCompare(value(b), "zh") : value(a) - value(b));
      const rows = [...table.tBodies[0].rows].sort((a, b) => (down ? compare(b, a) : compare(a, b)));
      table.tBodies[0].append(...rows);
    });
  }

  // On paper, what is on the page stands open.
  addEventListener("beforeprint", () => list.querySelectorAll("details:not([open])").forEach((box) => {
    box.append(body(data.findings[Number(box.id.slice(1))]));
    box.open = true;
  }));
  filter();
})();
