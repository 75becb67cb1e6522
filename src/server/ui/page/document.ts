/** What the page is made of before a script runs. */
export const BODY = `
<header>
  <h1>agent-trm</h1>
  <p>What the service would do about an alert, and how sure it is. Nothing is triggered here.</p>
</header>
<main>
  <section aria-labelledby="ask-title">
    <h2 id="ask-title">An alert</h2>
    <form id="ask" autocomplete="off" novalidate>
      <label for="sample">Start from</label>
      <select id="sample"><option value="">an alert of your own</option></select>
      <label for="alert">Alert, in JSON</label>
      <textarea id="alert" rows="12" spellcheck="false" autocapitalize="off"
        aria-describedby="alert-hint alert-error"></textarea>
      <p class="hint" id="alert-hint">An alert, a webhook of an Alertmanager, a CloudEvent, or an array of these.</p>
      <p class="error" id="alert-error"></p>
      <fieldset>
        <legend>Functions to choose from</legend>
        <label class="choice"><input type="radio" name="catalog" value="service" checked> those of the service</label>
        <label class="choice"><input type="radio" name="catalog" value="own"> a catalog of your own</label>
      </fieldset>
      <div id="catalog-field" hidden>
        <label for="catalog">Catalog, in JSON</label>
        <textarea id="catalog" rows="8" spellcheck="false" autocapitalize="off"
          aria-describedby="catalog-hint catalog-error"></textarea>
        <p class="hint" id="catalog-hint">An array of {name, description, parameters, risk}, or of tools as chat APIs take them.</p>
        <p class="error" id="catalog-error"></p>
      </div>
      <label for="token">Token</label>
      <input id="token" type="password" autocomplete="off" spellcheck="false" aria-describedby="token-hint token-error">
      <p class="hint" id="token-hint">Stays in the memory of this page until it is closed. Leave it empty where the service asks for none.</p>
      <p class="error" id="token-error"></p>
      <button type="submit" id="decide">Decide</button>
    </form>
  </section>
  <section aria-labelledby="answer-title" id="answer" aria-busy="false">
    <h2 id="answer-title" tabindex="-1">The answer</h2>
    <p id="status" role="status"></p>
    <p class="error" id="problem" role="alert"></p>
    <div id="decisions"><p class="hint">Choose an alert, then Decide.</p></div>
  </section>
  <section aria-labelledby="recent-title" id="recent">
    <h2 id="recent-title">Recent decisions</h2>
    <p class="hint" id="recent-state" role="status">Those of this process, for tokens with the scope admin; alerts that are the same and come together count once.</p>
    <button type="button" id="follow" aria-pressed="false">Follow</button>
    <div id="recent-list"></div>
  </section>
</main>
<footer><p>Asks this service and nobody else, and stores nothing.</p></footer>
<noscript><p class="error">This page needs JavaScript to ask the service; POST /select does the same.</p></noscript>
`;
