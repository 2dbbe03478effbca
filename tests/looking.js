// Looks at a page from inside; what is wrong is told in words. Put into every page by tests/looking.py.
"use strict";

const told = e => e.outerHTML.replace(/\s+/g, " ").slice(0, 110);
const isShown = e => e.checkVisibility({visibilityProperty: true});

window.looking = {
  // axe-core's rules, by tag or by name.
  axe: runOnly => axe.run(document, {runOnly, resultTypes: ["violations"]}).then(found => found.violations.map(
    v => `axe ${v.id}: ` + v.nodes.slice(0, 3).map(n => n.target.join(" ")).join(", "))),

  openEverything: () => document.querySelectorAll("details").forEach(found => { found.open = true; }),

  sideways: () => {
    const page = document.scrollingElement;
    if (page.scrollWidth <= page.clientWidth) return [];
    const out = [...document.querySelectorAll("body *")]
      .filter(e => e.getBoundingClientRect().right > page.clientWidth + 1 && !e.closest(".scroll, svg"))
      .map(e => e.outerHTML.slice(0, 90));
    return [`${page.scrollWidth - page.clientWidth} px wider than the screen: ${out.slice(-2).join(" | ")}`];
  },

  head: language => [
    ...(document.documentElement.lang === language ? [] : [`lang is ${document.documentElement.lang}`]),
    ...(/\S.* · Relais$/.test(document.title) ? [] : [`its title is "${document.title}"`]),
    ...(document.querySelectorAll("h1").length === 1 ? [] : ["not one h1"]),
  ],

  // What stands in the page before any script ran: it has to be enough to do everything.
  plain: html => {
    const page = new DOMParser().parseFromString(html, "text/html");
    const shown = e => !e.closest("[hidden], template, noscript");
    const all = (what, wrong) => [...page.querySelectorAll(what)].filter(e => shown(e) && wrong(e));
    const fields = "select, textarea, input:not([type=hidden], [readonly], [disabled])";
    return [
      ...all("button", e => !e.form || e.type === "button").map(e => `does nothing: ${told(e)}`),
      ...all(fields, e => !e.form || !e.name).map(e => `is sent nowhere: ${told(e)}`),
      ...all("a", e => !e.getAttribute("href")).map(e => `leads nowhere: ${told(e)}`),
      ...all("form", e => ![...e.elements].some(b => b.type === "submit")).map(e => `has no button: ${told(e)}`),
      ...all("[role=button], [role=link]", e => e.ariaDisabled !== "true").map(e => `is none: ${told(e)}`),
      ...all("*", e => [...e.attributes].some(a => /^on|^style$/.test(a.name))).map(e => `inline: ${told(e)}`),
    ];
  },

  // Notes every place where the keyboard stops, and whether an eye can tell that it does.
  followTheKeyboard: () => {
    const stops = new Set(), unseen = [];
    const over = e => {
      const box = e.getBoundingClientRect();
      const at = [[.5, .5], [.1, .5], [.9, .5], [.5, .1], [.5, .9]].map(([x, y]) =>
        document.elementFromPoint(box.left + box.width * x, box.top + box.height * y));
      const covered = top => top && !e.contains(top) && !top.contains(e) &&
        [...function* () { for (let p = top; p; p = p.parentElement) yield p; }()]
          .some(p => ["sticky", "fixed"].includes(getComputedStyle(p).position) && !p.contains(e));
      return at.every(covered);
    };
    // A shape in a drawing has no outline: its line grows, or a halo is drawn around it.
    const lines = e => [e, ...e.querySelectorAll("*")].map(part => getComputedStyle(part).strokeWidth).join();
    const shapes = new Map([...document.querySelectorAll("svg [tabindex], svg a")].map(e => [e, lines(e)]));
    const stands = e => shapes.has(e) &&
      (shapes.get(e) !== lines(e) || [...e.closest("svg").querySelectorAll(".halo")].some(h => h.getBBox().width > 0));
    document.addEventListener("focusin", ({target}) => {
      if (stops.has(target)) return;
      stops.add(target);
      const drawn = [target, ...target.querySelectorAll("*"), ...(target.labels ?? [])].some(e => {
        const style = getComputedStyle(e);
        return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
      });
      if (!drawn && !stands(target)) unseen.push(`has no visible focus: ${told(target)}`);
      if (over(target)) unseen.push(`has its focus under a bar: ${told(target)}`);
    });
    const can = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")]
      .filter(e => !e.disabled && e.type !== "hidden" && e.tabIndex >= 0 && isShown(e));
    window.looking.theKeyboard = () => {
      const met = e => stops.has(e) || (e.type === "radio" && [...stops].some(s => s.name === e.name && s.form === e.form));
      return [...unseen, ...can.filter(e => e.isConnected && !met(e)).map(e => `the keyboard does not reach ${told(e)}`)];
    };
    // Inside a date or a time there are stops for its parts.
    const parts = {date: 4, time: 4, "datetime-local": 7, month: 3};
    return can.reduce((stops, e) => stops + (parts[e.type] ?? 1), 1);
  },

  // With letters twice as large: what is cut off, and what lies on something else.
  crowded: () => {
    const loose = e => { for (let p = e; p; p = p.parentElement)
      if (["sticky", "fixed", "absolute"].includes(getComputedStyle(p).position)) return true; return false; };
    const controls = [...document.querySelectorAll("main :is(a, button, input, select, textarea, summary), header :is(a, button)")]
      .filter(e => isShown(e) && !e.closest("svg, .vh, .skip") && !loose(e));
    const cut = controls.filter(e => ["A", "BUTTON", "SUMMARY"].includes(e.tagName))
      .filter(e => getComputedStyle(e).overflow !== "visible" && (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1));
    const boxes = controls.map(e => [e, e.getBoundingClientRect()]).filter(([, b]) => b.width && b.height);
    const inline = e => getComputedStyle(e).display === "inline";
    const on = [];
    for (const [i, [a, x]] of boxes.entries())
      for (const [b, y] of boxes.slice(i + 1)) {
        const wide = Math.min(x.right, y.right) - Math.max(x.left, y.left);
        const high = Math.min(x.bottom, y.bottom) - Math.max(x.top, y.top);
        if (wide > 2 && high > 2 && !a.contains(b) && !b.contains(a) && !inline(a) && !inline(b)) on.push(`${told(a)} lies on ${told(b)}`);
      }
    return [...cut.map(e => `is cut off: ${told(e)}`), ...on.slice(0, 3)];
  },
};
