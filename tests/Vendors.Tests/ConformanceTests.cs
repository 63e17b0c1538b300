using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using SyncFunctions.Conformance;

namespace SyncFunctions.Vendors.Tests;

/// <summary>The conformance kit finds nothing wrong with the simulated Moovila, and finds what is broken on purpose.</summary>
public sealed class ConformanceTests
{
    [Fact]
    public async Task Simulator_KeepsEveryRuleAndIsLeftAsItWas()
    {
        await using var vendors = await Vendors.StartAsync(seed: true);
        await vendors.Sim("PUT", "moovila", "webhooks", new { waitFactor = 0.001 });
        var before = await CountsAsync(vendors);
        var tokens = await vendors.Sim("POST", "moovila", "tokens", new { });
        using var handler = Kit.CreateHandler();
        var options = Options(
            vendors, "--client", "sync-functions", "--secret", "sync-functions-secret", "--refresh-token", tokens["refreshToken"].GetString()!);

        var report = await Kit.RunAsync(options, handler, default);

        var text = new StringWriter();
        report.WriteTo(text);
        report.Passed.ShouldBeTrue(text.ToString());
        report.LeftBehind.ShouldBeEmpty();
        (await CountsAsync(vendors)).ShouldBe(before);
        Rule.All.Select(rule => rule.Number).Except(report.Findings.Where(finding => finding.Kept == true).Select(finding => finding.Rule))
            .ShouldBe(["A2", "A3", "A5"], "every other rule was seen");
        report.Findings.Select(finding => finding.Rule).Distinct().Except(Rule.All.Select(rule => rule.Number)).ShouldBeEmpty("every check belongs to a rule of the contract");
    }

    [Theory]
    [InlineData("no ETag", "R2")]
    [InlineData("If-Match is ignored", "F2")]
    [InlineData("If-None-Match is ignored", "E1")]
    [InlineData("Idempotency-Key is ignored", "D2")]
    [InlineData("deleted is never was", "G1")]
    [InlineData("since is ignored", "C2")]
    [InlineData("parent is ignored", "C5")]
    [InlineData("one page is all", "C4")]
    [InlineData("filters are ignored", "C6")]
    [InlineData("no limits", "R4")]
    [InlineData("errors are plain", "R3")]
    [InlineData("anything is JSON", "F3")]
    [InlineData("anybody", "B2")]
    public async Task BrokenServer_IsSeenToBeBroken(string how, string rule)
    {
        await using var vendors = await Vendors.StartAsync();
        using var handler = new Breaking(how);
        var report = await Kit.RunAsync(Options(vendors, "--kind", "phases"), handler, default);
        report.Passed.ShouldBeFalse();
        report.Broken.ShouldContain(rule);
        var text = new StringWriter();
        report.WriteTo(text);
        text.ToString().ShouldContain($"FAIL  {rule}  ");
    }

    [Theory]
    [InlineData("--base", "https://server.example", "--token")]
    [InlineData("--token", "x")]
    [InlineData("--base", "https://server.example", "--token", "x", "--kind", "boards")]
    [InlineData("--base", "https://server.example", "--token", "x", "--colour", "red")]
    public void Options_ThatAreWrong_AreNamed(params string[] args)
    {
        KitOptions.TryParse(args, out _, out var error).ShouldBeFalse();
        error.ShouldNotBeNullOrEmpty();
    }

    private static KitOptions Options(Vendors vendors, params string[] more)
    {
        KitOptions.TryParse(["--base", new Uri(vendors.Http.BaseAddress!, "moovila").AbsoluteUri, "--token", Vendors.MoovilaToken, .. more], out var options, out var error).ShouldBeTrue(error);
        return options!;
    }

    private static async Task<Dictionary<string, int>> CountsAsync(Vendors vendors) =>
        (await vendors.Sim("GET", "moovila", "kinds")).Json.EnumerateArray().ToDictionary(kind => kind.GetProperty("name").GetString()!, kind => kind.GetProperty("count").GetInt32());

    /// <summary>A server that gets one thing wrong: a good one with this in between.</summary>
    private sealed class Breaking(string how) : DelegatingHandler(Kit.CreateHandler())
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            switch (how)
            {
                case "If-Match is ignored": request.Headers.Remove("If-Match"); break;
                case "If-None-Match is ignored": request.Headers.Remove("If-None-Match"); break;
                case "Idempotency-Key is ignored": request.Headers.Remove("Idempotency-Key"); break;
                case "since is ignored": Drop(request, "since"); break;
                case "parent is ignored": Drop(request, "parent"); break;
                case "filters are ignored": Drop(request, "name"); break;
                case "anything is JSON" when request.Method == HttpMethod.Patch: request.Content!.Headers.ContentType = new("application/merge-patch+json"); break;
                case "anybody": request.Headers.Authorization = new("Bearer", Vendors.MoovilaToken); break;
            }

            var response = await base.SendAsync(request, cancellationToken);
            switch (how)
            {
                case "no ETag": response.Headers.ETag = null; break;
                case "no limits": response.Headers.Remove("RateLimit-Remaining"); break;
                case "errors are plain" when !response.IsSuccessStatusCode: response.Content = new StringContent("Sorry."); break;
                case "deleted is never was" when response.StatusCode == HttpStatusCode.Gone: response.StatusCode = HttpStatusCode.NotFound; break;
                case "one page is all" when request.Method == HttpMethod.Get:
                    var text = await response.Content.ReadAsStringAsync(cancellationToken);
                    if (text.Length > 0 && JsonNode.Parse(text) is JsonObject page && page.ContainsKey("next"))
                    {
                        page["next"] = null;
                        text = page.ToJsonString();
                    }

                    response.Content = new StringContent(text, new System.Net.Http.Headers.MediaTypeHeaderValue(response.Content.Headers.ContentType?.MediaType ?? "application/json"));
                    break;
            }

            return response;
        }

        private static void Drop(HttpRequestMessage request, string parameter) =>
            request.RequestUri = new Uri(string.Join('&', request.RequestUri!.AbsoluteUri.Split('&').SelectMany((part, i) => i > 0 ? [part] : part.Split('?', 2).Select((half, at) => at == 0 ? half + "?" : half))
                .Where(part => !part.StartsWith($"{parameter}=", StringComparison.Ordinal))).Replace("?&", "?"));
    }
}
