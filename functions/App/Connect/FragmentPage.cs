using Microsoft.AspNetCore.Http;

namespace SyncFunctions.App.Connect;

/// <summary>
/// Where the implicit grant ends: the token stands in the fragment, which only the browser sees. The page clears its address, then
/// posts the fragment to the server, and shows what comes of it.
/// </summary>
public static class FragmentPage
{
    private const string Script = BackToDashboard.Function + """

        const fragment = location.hash.slice(1);
        history.replaceState(null, '', location.pathname);
        const show = (title, text) => {
          document.title = title + ' – SyncFunctions';
          document.getElementById('title').textContent = title;
          document.getElementById('text').textContent = text;
        };
        fetch(location.pathname, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          credentials: 'same-origin',
          referrerPolicy: 'no-referrer',
          body: JSON.stringify({ fragment }),
        })
          .then(answer => answer.json())
          .then(result => {
            show(result.title, result.text ?? result.detail);
            leadBack(result.connected, result.back).catch(() => {});
          })
          .catch(() => show('Not connected', 'The connection to this server was lost. Ask for a new invitation link and try again.'));

        """;

    public static HtmlPage Create() => new(
        StatusCodes.Status200OK,
        "Connecting",
        "One moment. If nothing happens, JavaScript may be switched off in this browser; it is needed for this step.",
        Script);
}
