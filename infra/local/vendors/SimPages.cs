using System.Net;

namespace SyncFunctions.Vendors;

/// <summary>The pages for people: index, one page a vendor over the control interface, and the vendors' consent page.</summary>
internal static class SimPages
{
    private const string Style = """
        <meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">
        <style>
        body{font:15px/1.5 system-ui,sans-serif;background:#f4f5f7;color:#1d2433;margin:0;display:grid;min-height:100vh;place-items:center}
        main{background:#fff;border:1px solid #dfe3ea;border-radius:12px;padding:28px 34px;width:min(460px,92vw);box-sizing:border-box;box-shadow:0 8px 30px #1d24330f}
        h1{font-size:20px;margin:0 0 6px} p{margin:8px 0;color:#525c70} ul{list-style:none;padding:0;margin:18px 0 0}
        li a{display:flex;justify-content:space-between;padding:12px 14px;border:1px solid #dfe3ea;border-radius:8px;margin-bottom:8px;color:inherit;text-decoration:none}
        li a:hover{border-color:#2f6fed;background:#f6f9ff} li span{color:#78829a}
        label{display:block;margin:14px 0 4px;font-weight:600} select{font:inherit;width:100%;padding:8px;border:1px solid #c8cfdb;border-radius:8px;background:#fff}
        button{font:inherit;padding:9px 18px;border-radius:8px;border:1px solid #c8cfdb;background:#fff;cursor:pointer;margin:20px 8px 0 0}
        button.go{background:#2f6fed;border-color:#2f6fed;color:#fff}
        </style>
        """;

    private static readonly string Page = Read("SimPage.html");

    public static IResult Index(IReadOnlyList<SimSystem> systems) => Html($"""
        <!doctype html><html lang="en"><title>Simulated vendors</title>{Style}<main>
        <h1>Simulated vendors</h1><p>Each answers below its own path as the vendor's documents say.</p><ul>
        {string.Concat(systems.Select(system => $"<li><a href=\"/{system.Definition.Name}\"><b>{Encode(system.Definition.Title)}</b><span>/{system.Definition.Name}</span></a></li>"))}
        </ul></main></html>
        """);

    public static IResult System(SimSystem system) => Html(Page.Replace("{{name}}", system.Definition.Name).Replace("{{title}}", Encode(system.Definition.Title)));

    /// <summary>The vendor's "allow this application?" page. Its form posts <paramref name="hidden"/>, the account's name, <c>user</c> and <c>decision</c>.</summary>
    public static IResult Consent(SimSystem system, IReadOnlyDictionary<string, string> hidden, string accountField, string? account) => Html($"""
        <!doctype html><html lang="en"><title>{Encode(system.Definition.Title)}: allow access</title>{Style}<main>
        <h1>{Encode(system.Definition.Title)}</h1><p><b>{Encode(system.Options.ApplicationKey)}</b> asks for access to your account.</p>
        <form method="post">
        {string.Concat(hidden.Select(field => $"<input type=\"hidden\" name=\"{Encode(field.Key)}\" value=\"{Encode(field.Value)}\">"))}
        <label for="account">Account</label><select id="account" name="{accountField}">
        {string.Concat(system.Accounts.Select(known => $"<option value=\"{Encode(known.Slug)}\"{(known.Slug == account ? " selected" : "")}>{Encode(known.Name)}</option>"))}
        </select>
        <label for="user">Sign in as</label><select id="user" name="user">
        {string.Concat(SimSystem.Users.Select(user => $"<option value=\"{user.Key}\">{Encode(user.Name)}</option>"))}
        </select>
        <button class="go" name="decision" value="approve">Approve</button><button name="decision" value="deny">Deny</button>
        </form></main></html>
        """);

    /// <summary>A page to choose who one is. Its form posts <paramref name="hidden"/>, <c>user</c> and <c>decision</c>.</summary>
    public static IResult SignIn(string title, IReadOnlyDictionary<string, string> hidden, IEnumerable<(string Key, string Text)> people) => Html($"""
        <!doctype html><html lang="en"><title>{Encode(title)}</title>{Style}<main>
        <h1>{Encode(title)}</h1><p>Nobody asks for a password here: choose who you are.</p>
        <form method="post">
        {string.Concat(hidden.Select(field => $"<input type=\"hidden\" name=\"{Encode(field.Key)}\" value=\"{Encode(field.Value)}\">"))}
        <label for="user">Sign in as</label><select id="user" name="user">
        {string.Concat(people.Select(person => $"<option value=\"{Encode(person.Key)}\">{Encode(person.Text)}</option>"))}
        </select>
        <button class="go" name="decision" value="approve">Sign in</button><button name="decision" value="deny">Cancel</button>
        </form></main></html>
        """);

    public static IResult Refused(SimSystem system, string message) => Refused(system.Definition.Title, message);

    public static IResult Refused(string title, string message) => Html($"""
        <!doctype html><html lang="en"><title>{Encode(title)}: refused</title>{Style}<main>
        <h1>{Encode(title)}</h1><p>{Encode(message)}</p></main></html>
        """, 400);

    private static IResult Html(string html, int status = 200) => Results.Content(html, "text/html; charset=utf-8", statusCode: status);

    private static string Encode(string text) => WebUtility.HtmlEncode(text);

    private static string Read(string resource)
    {
        using var reader = new StreamReader(typeof(SimPages).Assembly.GetManifestResourceStream(resource)!);
        return reader.ReadToEnd();
    }
}
