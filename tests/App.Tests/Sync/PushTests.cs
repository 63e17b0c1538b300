using System.Text.Json;
using SyncFunctions.App.Manage;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Tests.Sync;

public sealed class PushTests : IAsyncLifetime
{
    private FlowWorld _world = null!;

    public async ValueTask InitializeAsync() => _world = await FlowWorld.LiveAsync();

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Differences_OfEditsOnBothSides_ShowEachFieldAndWhatASyncWouldDo()
    {
        var (company, there) = await CompanyAsync();
        await _world.Synergy.EditAsync(company, new { phones = new { phone = "111" } });
        await _world.TinyPlus.EditAsync(there, new { website = "https://right.example/" });

        var found = await DifferencesAsync("company");

        found.GetProperty("differ").GetBoolean().ShouldBeTrue();
        found.GetProperty("left").GetProperty("readAt").GetDateTimeOffset().ShouldBeGreaterThan(DateTimeOffset.UtcNow.AddMinutes(-5));
        Text(Field(found, "phone"), "left", "right", "agreedLeft", "agreedRight", "differs", "sync").ShouldBe(["111", "000", "000", "000", "True", "leftToRight"]);
        Text(Field(found, "website"), "left", "right", "differs", "sync").ShouldBe(["https://old.example/", "https://right.example/", "True", "rightToLeft"]);
        Text(Field(found, "name"), "differs", "sync").ShouldBe(["False", "nothing"]);
        Text(Field(found, "address"), "writableLeft", "whyNotLeft", "writableRight").ShouldBe(["False", "Total Synergy has no such field that could be written.", "True"]);
        found.GetProperty("plan").EnumerateArray().Select(line => Text(line, "action", "target")).ShouldBe([["update", "left"], ["update", "right"]], ignoreOrder: true);
    }

    [Fact]
    public async Task Differences_OfALink_WriteNothing()
    {
        var (company, _) = await CompanyAsync();
        await _world.Synergy.EditAsync(company, new { name = "Other" });
        _world.Storage.Reset();
        var before = await _world.TinyPlus.SnapshotAsync();

        await DifferencesAsync("company");

        _world.Storage.Calls.Where(call => call.Method != "GET" && !call.Uri.AbsolutePath.Contains("budgets", StringComparison.Ordinal)).ShouldBeEmpty();
        (await _world.TinyPlus.SnapshotAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task Push_InBothDirections_LeavesNoDifferenceAndNothingToApply()
    {
        var (company, there) = await CompanyAsync();
        await _world.Synergy.EditAsync(company, new { phones = new { phone = "111" }, web = "https://left.example/" });
        await _world.TinyPlus.EditAsync(there, new { phone = "222", website = "https://right.example/" });

        var pushed = await PushAsync("company", new { phone = "rightToLeft", website = "leftToRight" });

        pushed.GetProperty("after").GetProperty("differ").GetBoolean().ShouldBeFalse();
        (await DifferencesAsync("company")).GetProperty("differ").GetBoolean().ShouldBeFalse();
        await _world.Synergy.BecomesAsync(company, new { phones = new { phone = "222" }, web = "https://left.example/" });
        await _world.TinyPlus.BecomesAsync(there, new { phone = "222", website = "https://left.example/" });
        (await _world.LogAsync("pushed")).ShouldHaveSingleItem().Text.ShouldBe("Pushed by hand: phone to Total Synergy; website to tiny+.");
        (await _world.LinkAsync("company")).ShouldSatisfyAllConditions(link => link.Lock.ShouldBeNull(), link => link.Intent.ShouldBeNull(), link => link.State.ShouldBe(LinkState.Active),
            link => (link.Bases.Left.Find("phone"), link.Bases.Right.Find("phone"), link.Bases.Left.Find("website")).ShouldBe((FieldValue.Of("222"), FieldValue.Of("222"), FieldValue.Of("https://left.example/"))));
        await NothingIsLeftAsync("company");
    }

    [Fact]
    public async Task Push_OfABlank_ClearsPastTheBlankPolicy()
    {
        var left = await _world.Synergy.CreateAsync("contacts", new { name = "Ziegelwerk", address = new { address1 = "Hof 1" } });
        await _world.SyncAsync("company");
        var there = await _world.TinyPlus.OneAsync("companies", new { name = "Ziegelwerk", address = "Hof 1" });
        await _world.Synergy.EditAsync(left, new { address = new { address1 = "" } });
        await _world.SyncAsync("company");
        await _world.TinyPlus.BecomesAsync(there, new { address = "Hof 1" });

        await PushAsync("company", new { address = "leftToRight" });

        (await _world.TinyPlus.GetAsync(there))["address"].ShouldBeNullOrEmpty();
        await NothingIsLeftAsync("company");
    }

    [Fact]
    public async Task Push_WhileOffPausedAndHeld_IsDoneAndThePauseStays()
    {
        var (company, there) = await CompanyAsync();
        await _world.ChangeAsync(flow => flow with { Settings = flow.Settings with { LockWindow = TimeSpan.FromHours(1) } });
        await _world.Synergy.EditAsync(company, new { name = "Left name" });
        await _world.SyncAsync("company");
        await _world.TinyPlus.EditAsync(there, new { phone = "held" });
        await _world.SyncAsync("company");
        (await _world.LinkAsync("company")).Lock.ShouldNotBeNull();
        (await WorkAsync()).ShouldHaveSingleItem().Reason.ShouldBe(WorkReason.Held);
        await _world.ChangeAsync(flow => flow with { Enabled = false, Settings = flow.Settings with { Kinds = flow.Settings.Kinds.SetItem("company", new KindSettings { Enabled = false }) } });
        await PauseAsync();

        await PushAsync("company", new { phone = "rightToLeft" });

        await _world.Synergy.BecomesAsync(company, new { phones = new { phone = "held" } });
        (await _world.LinkAsync("company")).State.ShouldBe(LinkState.Paused);
        (await WorkAsync()).ShouldHaveSingleItem().DueAt.ShouldBeLessThanOrEqualTo(_world.Http.Time.GetUtcNow());
    }

    [Fact]
    public async Task Push_OfAFieldThatCannotBe_IsRefusedWithThePlaceAndWritesNothing()
    {
        var (_, there) = await CompanyAsync();
        await _world.TinyPlus.EditAsync(there, new { phone = "222", address = "There" });
        var before = (await _world.Synergy.SnapshotAsync(), await _world.TinyPlus.SnapshotAsync());

        var link = (await _world.LinkAsync("company")).Id.Value;
        var answer = await _world.AnswerAsync<PushFields>("", new { fields = new { phone = "rightToLeft", address = "rightToLeft", nonsense = "leftToRight" } }, (push, request) => push.Run(request, "acme", "main", "company", link, default));

        answer.Status.ShouldBe(400);
        answer.Json.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("pointer").GetString()).ShouldBe(["#/fields/address", "#/fields/nonsense"], ignoreOrder: true);
        (await _world.Synergy.SnapshotAsync(), await _world.TinyPlus.SnapshotAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task Push_ThatAVendorRefuses_SaysSoAndLeavesNoWork()
    {
        var (_, there) = await CompanyAsync();
        await _world.TinyPlus.EditAsync(there, new { name = "Other" });
        await _world.Http.ControlAsync("synergy", HttpMethod.Put, "faults", new object[] { new { match = "PATCH Contacts", kind = "400", count = 1 } });
        var link = (await _world.LinkAsync("company")).Id.Value;

        var answer = await _world.AnswerAsync<PushFields>("", new { fields = new { name = "rightToLeft" } }, (push, request) => push.Run(request, "acme", "main", "company", link, default));

        answer.Status.ShouldBe(502, answer.Body);
        answer.Json.GetProperty("detail").GetString()!.ShouldStartWith("Total Synergy: ");
        (await WorkAsync()).ShouldBeEmpty();
        (await _world.LinkAsync("company")).Intent.ShouldBeNull();
    }

    [Fact]
    public async Task Push_OfWhatLivesInsideAProject_GoesOver()
    {
        await _world.ChangeAsync(flow => flow with { Settings = flow.Settings with { ValueMaps = flow.Settings.ValueMaps.SetItem("stages", [new ValuePair("Proposal", "Lead"), new ValuePair("Active", "Design")]) } });
        var proposal = (await _world.Synergy.CreateAsync("statuses", new { name = "Proposal" })).Number;
        var active = (await _world.Synergy.CreateAsync("statuses", new { name = "Active" })).Number;
        foreach (var stage in (string[])["Lead", "Design"]) await _world.TinyPlus.CreateAsync("pipeline_stages", new { name = stage });
        var project = await _world.Synergy.CreateAsync("projects", new { name = "Villa", number = "1", statusId = proposal });
        await _world.SyncAsync("project");
        var there = await _world.TinyPlus.OneAsync("projects", new { name = "Villa" });
        await _world.Synergy.EditAsync(project, new { statusId = active });
        var link = (await _world.LinkAsync("project")).Id.Value;
        Text(Field(await DifferencesAsync("progress", link), "status"), "left", "differs", "sync", "writableRight").ShouldBe(["Active", "True", "leftToRight", "True"]);

        await _world.AskAsync<PushFields>("", new { fields = new { status = "leftToRight" } }, (push, request) => push.Run(request, "acme", "main", "progress", link, default));

        await _world.TinyPlus.BecomesAsync(there, new { stage = "Design" });
        Field(await DifferencesAsync("progress", link), "status").GetProperty("differs").GetBoolean().ShouldBeFalse();
        await NothingIsLeftAsync("progress");
    }

    [Fact]
    public async Task Link_ThatDoesNotExist_IsNotFound()
    {
        (await _world.AnswerAsync<GetDifferences>("", null, (get, request) => get.Run(request, "acme", "main", "company", "none", default))).Status.ShouldBe(404);
        (await _world.AnswerAsync<GetDifferences>("", null, (get, request) => get.Run(request, "acme", "main", "nonsense", "none", default))).Status.ShouldBe(404);
    }

    private async Task<(VendorRecord Company, VendorRecord There)> CompanyAsync()
    {
        var company = await _world.Synergy.CreateAsync("contacts", new { name = "Ziegelwerk", phones = new { phone = "000" }, web = "https://old.example/" });
        await _world.SyncAsync("company");
        return (company, await _world.TinyPlus.OneAsync("companies", new { name = "Ziegelwerk", phone = "000" }));
    }

    private async Task NothingIsLeftAsync(string kind)
    {
        var before = (await _world.Synergy.SnapshotAsync(), await _world.TinyPlus.SnapshotAsync());
        (await _world.SyncAsync(kind)).ShouldSatisfyAllConditions(counts => counts.Updated.ShouldBe(0), counts => counts.Conflicts.ShouldBe(0), counts => counts.Held.ShouldBe(0));
        (await _world.Synergy.SnapshotAsync(), await _world.TinyPlus.SnapshotAsync()).ShouldBe(before);
    }

    private async Task PauseAsync()
    {
        var link = await _world.LinkAsync("company");
        var scope = new LinkScope(FlowWorld.Key, "company");
        var stored = (await _world.Get<LinkStore>().LoadAsync(scope, [link.Id], default))[link.Id];
        await _world.Get<LinkStore>().CommitAsync(scope, [new LinkUnit { Link = link with { State = LinkState.Paused }, LinkETag = stored.ETag }], default);
    }

    private async Task<IReadOnlyList<WorkItem>> WorkAsync() =>
        [.. (await _world.Get<LinkStore>().WorkAsync(new LinkScope(FlowWorld.Key, "company"), 100, default)).Select(work => work.Value)];

    private async Task<JsonElement> DifferencesAsync(string kind, string? link = null)
    {
        link ??= (await _world.LinkAsync(kind)).Id.Value;
        return await _world.AskAsync<GetDifferences>("", null, (get, request) => get.Run(request, "acme", "main", kind, link, default));
    }

    private async Task<JsonElement> PushAsync(string kind, object fields)
    {
        var link = (await _world.LinkAsync(kind)).Id.Value;
        return await _world.AskAsync<PushFields>("", new { fields }, (push, request) => push.Run(request, "acme", "main", kind, link, default));
    }

    private static JsonElement Field(JsonElement found, string name) => found.GetProperty("fields").EnumerateArray().Single(field => field.GetProperty("name").GetString() == name);

    private static string[] Text(JsonElement element, params string[] names) => [.. names.Select(name => element.GetProperty(name).ToString())];
}
