namespace SyncFunctions.App.Connect;

/// <summary>
/// Leads from the end of a sign-in to the connection in the dashboard: by itself where all went well, by a link otherwise, and not at all
/// for those who were only asked to sign in and have no account here.
/// </summary>
internal static class BackToDashboard
{
    /// <summary>A function that takes whether the sign-in went well, and the address.</summary>
    public const string Function = """

        const leadBack = (connected, address) => fetch('/api/session', { credentials: 'same-origin' })
          .then(answer => answer.json())
          .then(session => {
            if (!session.signedIn || !address) return;
            if (connected) {
              location.replace(address);
              return;
            }
            const link = document.getElementById('back');
            link.href = address;
            link.hidden = false;
          });

        """;

    public static string Script(bool connected) =>
        $"{Function}{HtmlPage.ClearAddress}leadBack({(connected ? "true" : "false")}, document.getElementById('back').getAttribute('href')).catch(() => {{}});";
}
