"use strict";

/** The first tab that GraphiQL shows takes its text from the browser's storage, the others from `defaultTabs`. */
function showFirst({ query, variables }) {
  const visitedBefore = localStorage.getItem("graphiql:tabState") !== null;
  if (visitedBefore) return;
  localStorage.setItem("graphiql:query", query);
  localStorage.setItem("graphiql:variables", variables ?? "");
}

/** A tab of the editor for an entry of queries.json: {name, query, variables}. */
function tab({ name, query, variables }) {
  return {
    query: `# ${name}\n${query}`,
    variables: variables ? JSON.stringify(variables, null, 2) : null,
  };
}

async function boot(page) {
  const response = await fetch("queries.json");
  if (!response.ok) throw new Error(`queries.json: HTTP status ${response.status}`);
  const tabs = (await response.json()).map(tab);
  showFirst(tabs[0]);
  const editor = React.createElement(
    GraphiQL,
    {
      fetcher: GraphiQL.createFetcher({ url: "/graphql" }),
      defaultTabs: tabs,
      defaultEditorToolsVisibility: "variables",
    },
    React.createElement(GraphiQL.Logo, null, "Holotype"),
  );
  ReactDOM.createRoot(page).render(editor);
}

const page = document.getElementById("graphiql");
boot(page).catch((error) => {
  page.textContent = `The query editor could not start: ${error.message}`;
});
