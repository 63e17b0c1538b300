using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using SyncFunctions.App.Connect;
using SyncFunctions.App.Dashboard;
using SyncFunctions.App.Settings;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Tests.Dashboard;

public sealed partial class DashboardTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("dashboard-");

    [Fact]
    public async Task Start_NamesFilesThatAreThereAndNeedNeverBeAskedForAgain()
    {
        var start = await GetAsync("");
        start.Context.Response.Headers.CacheControl.ToString().ShouldBe("no-cache");
        start.Context.Response.ContentType.ShouldBe("text/html; charset=utf-8");

        var named = NamedPath().Matches(start.Text).Select(match => match.Groups["path"].Value).ToList();
        named.Count.ShouldBeGreaterThan(5);
        foreach (var path in named)
        {
            path.ShouldStartWith("v-");
            var file = await GetAsync(path);
            file.Context.Response.StatusCode.ShouldBe(200, path);
            file.Context.Response.Headers.CacheControl.ToString().ShouldBe("public, max-age=31536000, immutable");
            (await GetAsync(path[(path.IndexOf('/') + 1)..])).Context.Response.Headers.CacheControl.ToString().ShouldBe("no-cache");
        }
    }

    [Fact]
    public async Task Modules_All_ImportWhatIsThere()
    {
        var (seen, open) = (new HashSet<string>(), new Queue<string>(["app.js"]));
        while (open.TryDequeue(out var path))
        {
            if (!seen.Add(path)) continue;
            var file = await GetAsync(path);
            file.Context.Response.StatusCode.ShouldBe(200, path);
            foreach (Match import in Import().Matches(file.Text)) open.Enqueue(new Uri(new Uri($"http://app/{path}"), import.Groups["path"].Value).AbsolutePath[1..]);
        }

        seen.Count.ShouldBeGreaterThan(30);
        seen.ShouldContain("pages/home.js");
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("identity", null)]
    [InlineData("gzip", "gzip")]
    [InlineData("gzip, deflate, br, zstd", "br")]
    [InlineData("br;q=0, gzip;q=0.5", "gzip")]
    public async Task File_IsSentAsTheBrowserTakesIt_AndNotAgainWhereThatHasIt(string? accepted, string? sent)
    {
        var plain = await GetAsync("app.css");
        var file = await GetAsync("app.css", ("Accept-Encoding", accepted));
        file.Context.Response.Headers.ContentEncoding.ToString().ShouldBe(sent ?? "");
        file.Context.Response.Headers.Vary.ToString().ShouldBe("Accept-Encoding");
        file.Context.Response.ContentLength.ShouldBe(file.Body.Length);
        Unpacked(file.Body, sent).ShouldBe(plain.Body);
        if (sent is not null) file.Body.Length.ShouldBeLessThan(plain.Body.Length / 2);

        var tag = file.Context.Response.Headers.ETag.ToString();
        (tag == plain.Context.Response.Headers.ETag.ToString()).ShouldBe(sent is null);
        foreach (var known in new[] { tag, $"\"another\", {tag}", $"W/{tag}", "*" })
        {
            var again = await GetAsync("app.css", ("Accept-Encoding", accepted), ("If-None-Match", known));
            (again.Context.Response.StatusCode, again.Body.Length).ShouldBe((304, 0), known);
            again.Context.Response.Headers.ETag.ToString().ShouldBe(tag);
        }

        (await GetAsync("app.css", ("Accept-Encoding", accepted), ("If-None-Match", "\"another\""))).Context.Response.StatusCode.ShouldBe(200);
    }

    [Theory]
    [InlineData("")]
    [InlineData("app.js")]
    [InlineData("app.css")]
    [InlineData("icon.svg")]
    public async Task File_LetsNobodyElseInAndIsHeldByNoFrame(string path)
    {
        var headers = (await GetAsync(path)).Context.Response.Headers;
        var policy = headers.ContentSecurityPolicy.ToString();
        policy.ShouldStartWith("default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';");
        policy.ShouldContain("frame-ancestors 'none'");
        policy.ShouldContain("base-uri 'none'");
        policy.ShouldNotContain("unsafe");
        headers.XFrameOptions.ToString().ShouldBe("DENY");
        headers.XContentTypeOptions.ToString().ShouldBe("nosniff");
        headers["Referrer-Policy"].ToString().ShouldBe("no-referrer");
    }

    [Theory]
    [InlineData("nothing.js")]
    [InlineData("App.js")]
    [InlineData("pages")]
    [InlineData("www/app.js")]
    [InlineData("v-0000000000000000/app.js")]
    [InlineData("../secret.txt")]
    [InlineData("pages/../../secret.txt")]
    [InlineData("..\\secret.txt")]
    [InlineData("%2e%2e/secret.txt")]
    [InlineData("/etc/passwd")]
    public async Task Path_ThatNamesNoFile_LeadsNowhere(string path)
    {
        foreach (var folder in new[] { null, Folder() })
        {
            var answer = await GetAsync(path, folder);
            answer.Context.Response.StatusCode.ShouldBe(404, $"{folder} {path}");
            answer.Text.ShouldContain("There is no such page");
            answer.Text.ShouldNotContain("secret");
        }
    }

    [Fact]
    public async Task Folder_IsShownAsItIsAtTheMoment()
    {
        var folder = Folder();
        (await GetAsync("app.js", folder)).Text.ShouldBe("first");
        File.WriteAllText(Path.Combine(folder, "app.js"), "second");
        (await GetAsync("app.js", folder)).Text.ShouldBe("second");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task EndOfASignIn_LeadsToTheConnectionAndNowhereElse(bool connected)
    {
        var connection = new StoredConnection(new TenantId("acme"), new ConnectionId("left"), "synergy", "left") { CreatedAt = DateTimeOffset.UnixEpoch };
        var outcome = connected ? ConnectPages.Done("Total Synergy", "<b>Ours</b>", "Ada") : ConnectPages.Failed("No.");
        var page = await ExecuteAsync(outcome.For(connection).ToPage());

        page.Text.ShouldContain("href=\"/api/app/#/t/acme/connections/left\" hidden");
        page.Text.ShouldContain($"leadBack({(connected ? "true" : "false")}, ");
        page.Text.ShouldContain("if (!session.signedIn || !address) return;");
        page.Text.ShouldNotContain("<b>Ours");
        page.Context.Response.Headers.CacheControl.ToString().ShouldBe("no-store");
        var nonce = Nonce().Match(page.Context.Response.Headers.ContentSecurityPolicy.ToString()).Groups["nonce"].Value;
        Script().Matches(page.Text).Select(match => match.Groups["nonce"].Value).ShouldBe([nonce]);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private string Folder()
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "secret.txt"), "secret");
        var www = _folder.CreateSubdirectory("www").FullName;
        File.WriteAllText(Path.Combine(www, "app.js"), "first");
        return www;
    }

    private static Task<(HttpContext Context, byte[] Body, string Text)> GetAsync(string path, params (string Name, string? Value)[] headers) => GetAsync(path, folder: null, headers);

    private static Task<(HttpContext Context, byte[] Body, string Text)> GetAsync(string path, string? folder, params (string Name, string? Value)[] headers)
    {
        var settings = new ConfigurationBuilder().AddInMemoryCollection([new("Dashboard:Folder", folder)]).Build();
        var context = new DefaultHttpContext();
        context.Request.RouteValues["path"] = path.Length == 0 ? null : path;
        foreach (var (name, value) in headers) context.Request.Headers[name] = value;
        return ExecuteAsync(new GetDashboard(new DashboardFiles(AppSettings.Read(settings))).Run(context.Request), context);
    }

    private static async Task<(HttpContext Context, byte[] Body, string Text)> ExecuteAsync(IActionResult result, DefaultHttpContext? context = null)
    {
        context ??= new DefaultHttpContext();
        using var body = new MemoryStream();
        context.Response.Body = body;
        await result.ExecuteResultAsync(new ActionContext(context, new RouteData(), new ActionDescriptor()));
        return (context, body.ToArray(), Encoding.UTF8.GetString(body.ToArray()));
    }

    private static byte[] Unpacked(byte[] body, string? encoding)
    {
        using var packed = new MemoryStream(body);
        using Stream stream = encoding switch { "br" => new BrotliStream(packed, CompressionMode.Decompress), "gzip" => new GZipStream(packed, CompressionMode.Decompress), _ => packed };
        using var plain = new MemoryStream();
        stream.CopyTo(plain);
        return plain.ToArray();
    }

    [GeneratedRegex(@"""/api/app/(?<path>[^""]+)""", RegexOptions.None, 1000)]
    private static partial Regex NamedPath();

    [GeneratedRegex(@"(from|import)\s*\(?\s*'(?<path>\.{1,2}/[^']+)'", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Import();

    [GeneratedRegex("script-src 'nonce-(?<nonce>[^']+)'", RegexOptions.None, 1000)]
    private static partial Regex Nonce();

    [GeneratedRegex(@"<script nonce=""(?<nonce>[^""]+)"">", RegexOptions.None, 1000)]
    private static partial Regex Script();
}
