extension BrowserPage {
    static let style = #"""

        :root {
          --back: #fbfbfa; --card: #fff; --text: #1c2024; --soft: #5b636c; --line: #dfe2e6;
          --code: #f3f4f6; --link: #0b57d0; --get: #0a6640; --post: #0b57d0; --put: #8a4b00;
          --patch: #6b3fa0; --delete: #b3261e; --any: #44505c; --good: #0a6640; --bad: #b3261e;
          --odd: #8a4b00; --ring: #0b57d0;
          --mono: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono",
            monospace;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --back: #15181c; --card: #1d2126; --text: #e7e9ec; --soft: #a0a8b1; --line: #353b43;
            --code: #14171a; --link: #8ab4f8; --get: #6bd69b; --post: #8ab4f8; --put: #f0b35e;
            --patch: #c7a6f5; --delete: #f2918a; --any: #b5bec8; --good: #6bd69b; --bad: #f2918a;
            --odd: #f0b35e; --ring: #8ab4f8;
          }
        }
        *, ::before, ::after { box-sizing: border-box; }
        html { scroll-padding-top: 5rem; }
        body {
          margin: 0; background: var(--back); color: var(--text);
          font: 1rem/1.5 system-ui, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif;
        }
        a { color: var(--link); }
        code, pre, textarea, input, select { font-family: var(--mono); font-size: .875rem; }
        :focus-visible { outline: 2px solid var(--ring); outline-offset: 2px; }
        [hidden] { display: none !important; }
        .unseen {
          position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
        }
        .skip {
          position: absolute; left: -100vw; z-index: 3; background: var(--card); padding: .5rem;
        }
        .skip:focus { left: .5rem; top: .5rem; }

        header {
          position: sticky; top: 0; z-index: 2; background: var(--card);
          border-bottom: 1px solid var(--line);
        }
        .bar, .page { max-width: 76rem; margin: 0 auto; padding: 0 1.25rem; }
        .bar { display: flex; align-items: baseline; gap: .75rem 1.25rem; padding-block: .75rem; }
        h1 { font-size: 1.25rem; margin: 0; letter-spacing: -.01em; }
        .tagline { margin: 0; color: var(--soft); }
        .filter { margin-left: auto; }
        .filter input { width: 15rem; }
        .links { display: flex; gap: 1rem; }

        .page { display: grid; grid-template-columns: 13rem minmax(0, 1fr); gap: 2.5rem; }
        #groups { position: sticky; top: 4.5rem; align-self: start; padding-top: 1.5rem; }
        #groups a {
          display: flex; justify-content: space-between; padding: .25rem .5rem;
          border-radius: .375rem; color: var(--text); text-decoration: none; font-size: .9375rem;
        }
        #groups a:hover { background: var(--line); }
        #groups span { color: var(--soft); font-variant-numeric: tabular-nums; }
        main { padding: 1.25rem 0 6rem; min-width: 0; outline: none; }
        .intro { color: var(--soft); max-width: 46rem; margin: .25rem 0 0; }
        section { margin-top: 2rem; }
        h2 { font-size: 1.125rem; margin: 0; scroll-margin-top: 5rem; }
        section > p { margin: 0 0 .75rem; color: var(--soft); }

        .route { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; }
        .route + .route { margin-top: .375rem; }
        .route > summary {
          display: grid; grid-template-columns: 4.5rem minmax(0, 26rem) minmax(0, 1fr);
          gap: 0 .75rem; align-items: baseline; padding: .5rem .875rem; cursor: pointer;
          list-style: none; border-radius: .5rem;
        }
        .route > summary::-webkit-details-marker { display: none; }
        .route > summary:hover { background: color-mix(in srgb, var(--line) 35%, transparent); }
        .method { font: 700 .8125rem/1.7 var(--mono); }
        .GET { color: var(--get); } .POST { color: var(--post); } .PUT { color: var(--put); }
        .PATCH { color: var(--patch); } .DELETE { color: var(--delete); }
        .ANY { color: var(--any); }
        .path { font: .9375rem/1.5 var(--mono); overflow-wrap: anywhere; }
        .path i { color: var(--soft); }
        .says { color: var(--soft); font-size: .9375rem; line-height: 1.35; }
        .inside {
          border-top: 1px solid var(--line); padding: 1rem .875rem; display: grid;
          grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 1.25rem 2rem;
        }
        .wide { grid-column: 1 / -1; }
        h3 {
          font-size: .8125rem; margin: 0 0 .5rem; color: var(--soft); font-weight: 600;
          text-transform: uppercase; letter-spacing: .05em;
        }

        .command { position: relative; }
        pre {
          margin: 0; padding: .625rem .75rem; overflow: auto; white-space: pre-wrap;
          background: var(--code); border: 1px solid var(--line); border-radius: .375rem;
          overflow-wrap: anywhere;
        }
        .command pre { padding-right: 4.5rem; }
        .command button { position: absolute; top: .3rem; right: .3rem; padding: .125rem .5rem; }
        input, select, textarea {
          width: 100%; padding: .35rem .5rem; color: inherit; background: var(--back);
          border: 1px solid color-mix(in srgb, var(--soft) 55%, transparent);
          border-radius: .375rem;
        }
        ::placeholder { color: var(--soft); opacity: .8; }
        textarea { resize: vertical; line-height: 1.4; }
        .field {
          display: grid; grid-template-columns: 9.5rem minmax(0, 1fr); gap: 0 .75rem;
          margin-bottom: .625rem; align-items: baseline;
        }
        .field label { font: .875rem var(--mono); overflow-wrap: anywhere; }
        .field .must { color: var(--bad); }
        .field small { grid-column: 2; color: var(--soft); line-height: 1.35; }
        button {
          font: 600 .875rem system-ui, sans-serif; padding: .4rem .9rem; border-radius: .375rem;
          border: 1px solid var(--line); background: var(--card); color: inherit; cursor: pointer;
        }
        button:hover { border-color: var(--soft); }
        button.send { background: var(--link); border-color: var(--link); color: var(--card); }
        .actions { display: flex; gap: .5rem; align-items: center; margin-top: .75rem; }
        .actions small { color: var(--soft); }

        table { border-collapse: collapse; width: 100%; font-size: .875rem; }
        td { padding: .3rem 0; vertical-align: top; border-top: 1px solid var(--line); }
        tr:first-child td { border-top: 0; }
        td:first-child { width: 4.25rem; font: 600 .875rem/1.5 var(--mono); }
        td code { color: var(--soft); overflow-wrap: anywhere; }
        .good { color: var(--good); } .odd { color: var(--odd); } .bad { color: var(--bad); }
        .more > summary {
          cursor: pointer; color: var(--link); padding: .25rem 0; font-size: .875rem;
        }
        .try .more > summary { margin-bottom: .5rem; }
        .result { margin-bottom: 1.5rem; }
        .result .status { margin: 0 0 .5rem; font: 600 .9375rem var(--mono); }
        .result .status small { color: var(--soft); font-weight: 400; }
        .result pre { max-height: 26rem; }
        .result .more { margin-bottom: .5rem; }

        @media (max-width: 60rem) {
          .page { grid-template-columns: minmax(0, 1fr); gap: 0; }
          #groups { display: none; }
          .inside { grid-template-columns: minmax(0, 1fr); }
          .route > summary { grid-template-columns: 4.5rem minmax(0, 1fr); }
          .says { grid-column: 2; }
        }
        @media (max-width: 44rem) {
          html { scroll-padding-top: 7rem; }
          .bar { flex-wrap: wrap; }
          .tagline { display: none; }
          .filter { order: 3; margin: 0; width: 100%; }
          .filter input { width: 100%; }
          .links { margin-left: auto; }
          .field { grid-template-columns: minmax(0, 1fr); gap: .125rem; }
          .field small { grid-column: 1; }
          .route > summary { grid-template-columns: minmax(0, 1fr); }
          .says { grid-column: 1; }
        }

        """#
}
