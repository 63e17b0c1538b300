using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using SyncFunctions.App.Manage;
using SyncFunctions.App.Sync;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Tests.Sync;

public sealed class UnmatchedTests : IAsyncLifetime
{
    private FlowWorld _world = null!;

    public async ValueTask InitializeAsync()
    {
        _world = await FlowWorld.LiveAsync();
        await _world.ChangeAsync(flow => flow with { WentLiveAt = flow.WentLiveAt!.Value.AddDays(30) });
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Unmatched_WithSearch_IsListedPageByPageWithSuggestions()
    {
        foreach (var name in (string[])["Müller Ziegel GmbH", "Other", "Muller Beton", "Third", "Müller Holz"]) await _world.Synergy.CreateAsync("contacts", new { name });
        await _world.TinyPlus.CreateAsync("companies", new { name = "Mueller Ziegel" });
        await _world.TinyPlus.CreateAsync("companies", new { name = "Muller Ziegel" });
        await _world.SyncAsync("company");

        var seen = new List<JsonElement>();
        for (string? continuation = ""; continuation is not null;)
        {
            var page = await ListAsync($"?kind=company&side=left&search=m%C3%BCller&limit=1&continuation={Uri.EscapeDataString(continuation)}");
            seen.AddRange(page.GetProperty("items").EnumerateArray());
            continuation = page.GetProperty("continuation").GetString();
        }

        seen.Select(item => item.GetProperty("label").GetString()).ShouldBe(["Müller Ziegel GmbH", "Muller Beton", "Müller Holz"], ignoreOrder: true);
        var suggestion = seen.Single(item => item.GetProperty("label").GetString() == "Müller Ziegel GmbH").GetProperty("suggestions")[0];
        suggestion.GetProperty("label").GetString().ShouldBe("Muller Ziegel");
        suggestion.GetProperty("reasons")[0].GetString().ShouldBe("same name");
    }

    [Fact]
    public async Task Dismissed_IsLeftAloneUntilItIsOfferedAgain()
    {
        var company = await _world.Synergy.CreateAsync("contacts", new { name = "Ziegelwerk" });
        await _world.SyncAsync("company");
        await _world.ChangeAsync(flow => flow with { Enabled = false });

        await PostAsync<DismissUnmatched>(company.Id, (dismiss, request) => dismiss.Run(request, "acme", "main", default));

        (await ItemsAsync("?kind=company&side=left")).ShouldBeEmpty();
        (await ItemsAsync("?kind=company&side=left&dismissed=true")).ShouldHaveSingleItem().GetProperty("dismissed").GetBoolean().ShouldBeTrue();
        await _world.ChangeAsync(flow => flow with { Enabled = true, WentLiveAt = _world.Http.Time.GetUtcNow().AddDays(-1) });
        await _world.TinyPlus.CreateAsync("companies", new { name = "Ziegelwerk" });
        await _world.Synergy.EditAsync(company, new { web = "https://new.example/" });
        await _world.SyncAsync("company");
        (await _world.Synergy.AllAsync("contacts")).Count.ShouldBe(2, "The right one is new; the dismissed one is not its counterpart.");
        (await _world.TinyPlus.AllAsync("companies")).Count.ShouldBe(1);

        await PostAsync<OfferUnmatched>(company.Id, (offer, request) => offer.Run(request, "acme", "main", default));

        (await ItemsAsync("?kind=company&side=left")).ShouldHaveSingleItem();
        (await _world.LogAsync("dismissed")).ShouldHaveSingleItem().Label.ShouldBe("Ziegelwerk");
        (await AnswerAsync<OfferUnmatched>(company.Id, (offer, request) => offer.Run(request, "acme", "main", default))).Status.ShouldBe(404);
    }

    [Fact]
    public async Task Dismiss_OfALinkedOrUnknownRecord_IsRefused()
    {
        await _world.ChangeAsync(flow => flow with { WentLiveAt = _world.Http.Time.GetUtcNow().AddDays(-1) });
        var company = await _world.Synergy.CreateAsync("contacts", new { name = "Ziegelwerk" });
        await _world.SyncAsync("company");

        (await AnswerAsync<DismissUnmatched>(company.Id, (dismiss, request) => dismiss.Run(request, "acme", "main", default))).Status.ShouldBe(409);
        (await AnswerAsync<DismissUnmatched>("999999", (dismiss, request) => dismiss.Run(request, "acme", "main", default))).Status.ShouldBe(404);
    }

    [Fact]
    public async Task Disconnected_CannotBeLinkedAgain()
    {
        await _world.ChangeAsync(flow => flow with { WentLiveAt = _world.Http.Time.GetUtcNow().AddDays(-1) });
        await _world.Synergy.CreateAsync("contacts", new { name = "Ziegelwerk" });
        await _world.SyncAsync("company");
        var link = await _world.LinkAsync("company");
        (await _world.Get<LinkControl>().DisconnectAsync(new LinkScope(FlowWorld.Key, "company"), link.Id, default)).Done.ShouldBeTrue();

        var linked = await _world.Get<ManualTools>().LinkAsync(FlowWorld.Key, "company", link.LeftId!, link.RightId!, default);
        var created = await _world.Get<ManualTools>().CreateCounterpartAsync(FlowWorld.Key, "company", Side.Left, link.LeftId!, default);

        linked.Problem.ShouldBe("disconnected");
        created.Problem.ShouldBe("disconnected");
    }

    private Task<JsonElement> ListAsync(string query) => _world.AskAsync<ListUnmatched>(query, null, (list, request) => list.Run(request, "acme", "main", default));

    private async Task<IReadOnlyList<JsonElement>> ItemsAsync(string query) => [.. (await ListAsync(query)).GetProperty("items").EnumerateArray()];

    private async Task PostAsync<T>(string id, Func<T, HttpRequest, Task<IActionResult>> call) => (await AnswerAsync(id, call)).Status.ShouldBe(200);

    private Task<Answer> AnswerAsync<T>(string id, Func<T, HttpRequest, Task<IActionResult>> call) => _world.AnswerAsync("", new { kind = "company", side = "left", id }, call);
}
