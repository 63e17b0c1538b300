using System.Text.Json;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.App.Tests.FrontDoor;

/// <summary>Projects of ConnectWise and Moovila with all that lives inside them. One after the other: faults and counts are those of a whole vendor.</summary>
public sealed class ManagedProjectTests(FrontDoorStack door)
{
    private const string Migration = "Office 365 migration";
    private const string Mailboxes = "List all mailboxes";

    /// <summary>Addresses of reference data, which a manual sync leaves alone.</summary>
    private static readonly string[] References = ["members", "companies", "contacts", "workTypes", "noteTypes", "statuses", "boards"];

    [Fact]
    public async Task Project_WithAllThatIsInside_IsImportedAndStaysInStep()
    {
        await using var provider = await door.ImportedAsync();
        var (left, right) = (provider.Left, provider.Right);
        var project = await left.OneAsync("projects", new { name = Migration });
        var mirror = await right.OneAsync("projects", new { title = Migration, status = "Active", boardName = "Project Board", plannedHours = 120, externalId = project.Id });
        var phase = await right.OneAsync("phases", new { name = "Discovery", projectId = mirror.Id, startDate = "2024-02-01", plannedHours = 16 });
        var task = await right.OneAsync("tasks", new { title = Mailboxes, projectId = mirror.Id, phaseId = phase.Id, status = "NotStarted" });
        await right.OneAsync("timeLogs", new { taskId = task.Id, hours = 3.5 });
        await right.OneAsync("assignments", new { taskId = task.Id, hours = 4 });
        (await right.AllAsync("assignments")).Count.ShouldBe(2, "one has no start, no end and no hours, and one is of a service ticket");
        var ticket = await left.OneAsync("tickets", new { summary = Mailboxes });

        // Edited on either side.
        await left.EditAsync(ticket, new { summary = "List every mailbox" });
        await right.BecomesAsync(task, new { title = "List every mailbox" });
        await right.EditAsync(task, new { plannedHours = 7 });
        await left.BecomesAsync(ticket, new { budgetHours = 7 });
        await right.EditAsync(mirror, new { description = "Mailboxes only." });
        await left.BecomesAsync(project, new { description = "Mailboxes only." });

        // By the category of the board's statuses, and then as the tenant wants it.
        await right.EditAsync(task, new { status = "Complete" });
        await left.BecomesAsync(ticket, new { status = new { name = "Completed" } });
        await provider.ChooseAsync(new { statusCategories = OfBoard("Waiting", "InProgress"), statusDefaults = OfBoard("InProgress", "Waiting") });

        // A run that was under way goes on by what it began with; one by hand waits for its end.
        await provider.RunAsync("delta");
        await right.EditAsync(task, new { status = "InProgress" });
        await left.BecomesAsync(ticket, new { status = new { name = "Waiting" } });

        // New on either side.
        var printers = await left.CreateAsync("tickets", new { summary = "Count the printers", project = project.Number });
        var count = await right.OneAsync("tasks", new { title = "Count the printers", projectId = mirror.Id });
        await left.CreateAsync("timeEntries", new { chargeToId = printers.Number, member = 1001, timeStart = "2026-01-05T08:00:00Z", timeEnd = "2026-01-05T09:00:00Z", actualHours = 1 });
        await right.OneAsync("timeLogs", new { taskId = count.Id, hours = 1 });
        var party = await right.CreateAsync("phases", new { name = "Celebration", projectId = mirror.Id });
        var fax = await right.CreateAsync("tasks", new { title = "Unplug the fax", projectId = mirror.Id, phaseId = party.Id });
        var unplug = await left.OneAsync("tickets", new { summary = "Unplug the fax", project = new { id = project.Number }, phase = new { name = "Celebration" } });

        // Deleted there while somebody edits it here: it is made anew. Otherwise it goes, though nobody tells of phases: a comprehensive run finds that.
        await left.DeleteAsync(await left.OneAsync("phases", new { description = "Discovery" }));
        await right.EditAsync(phase, new { notes = "Still needed." });
        await left.OneAsync("phases", new { description = "Discovery", notes = "Still needed." });
        await left.DeleteAsync(await left.OneAsync("phases", new { description = "Go live" }));
        (await provider.RunAsync("comprehensive")).GetProperty("outcome").GetString().ShouldBe("succeeded");
        (await right.FindAsync("phases", new { name = "Go live" })).ShouldBeEmpty();
        await right.DeleteAsync(fax);
        await provider.GoneAsync(left, unplug);

        await provider.ChooseAsync(new { kinds = new { scheduleEntry = new { bare = true } } });
        await provider.RunAsync("comprehensive");
        (await right.AllAsync("assignments")).Count.ShouldBe(3);
    }

    [Fact]
    public async Task Project_ThatIsArchivedOrSwitchedOff_RestsUntilAPersonWantsItAgain()
    {
        await using var provider = await door.ImportedAsync();
        var (left, right) = (provider.Left, provider.Right);
        var mirror = await right.OneAsync("projects", new { title = Migration });
        var (ticket, task) = (await left.OneAsync("tickets", new { summary = Mailboxes }), await right.OneAsync("tasks", new { title = Mailboxes }));
        var other = (Left: await left.OneAsync("tickets", new { summary = "Mount the firewall" }), Right: await right.OneAsync("tasks", new { title = "Mount the firewall" }));

        await right.ArchiveAsync(mirror);
        await StateAsync(provider, "archived");
        await LeftAloneAsync("one");
        await right.EditAsync(mirror, new { archived = false });
        await StateAsync(provider, "disabled");
        await LeftAloneAsync("two");
        await OrderAsync(provider, "enable");
        await right.BecomesAsync(task, new { title = "Now two" });

        await OrderAsync(provider, "disable");
        await LeftAloneAsync("three");
        await OrderAsync(provider, "enable");
        await right.BecomesAsync(task, new { title = "Now three" });

        await OrderAsync(provider, "disconnect");
        await LeftAloneAsync("four");
        await provider.RunAsync("comprehensive");
        await right.BecomesAsync(task, new { title = "Now three" });
        var link = (await ProjectAsync(provider)).GetProperty("link").GetString();
        (await provider.AnswerAsync(HttpMethod.Post, $"/projects/{link}/enable", new { })).Status.ShouldBe(409);

        // What came over for the other project was noticed later.
        async Task LeftAloneAsync(string number)
        {
            var before = (await right.GetAsync(task))["title"];
            await left.EditAsync(ticket, new { summary = $"Now {number}" });
            await left.EditAsync(other.Left, new { summary = $"After {number}" });
            await right.BecomesAsync(other.Right, new { title = $"After {number}" });
            (await right.GetAsync(task))["title"].ShouldBe(before);
        }
    }

    [Fact]
    public async Task Callback_ThatIsLost_IsCaughtByThePollAndWaitsWhileTheProjectCoolsDown()
    {
        await using var provider = await door.ImportedAsync();
        var (left, right) = (provider.Left, provider.Right);
        var (ticket, task) = (await left.OneAsync("tickets", new { summary = Mailboxes }), await right.OneAsync("tasks", new { title = Mailboxes }));
        await left.LoseWebhooksAsync(true);
        await right.LoseWebhooksAsync(true);
        try
        {
            await left.EditAsync(ticket, new { summary = "Unheard" });
            await right.BecomesAsync(task, new { title = "Unheard" });
            await right.EditAsync(task, new { plannedHours = 9 });
            await left.BecomesAsync(ticket, new { budgetHours = 9 });

            // Inactive there, inactive here, when a person asks for reference data.
            await left.EditAsync(await left.OneAsync("members", new { identifier = "TNguyen" }), new { inactiveFlag = true });
            (await provider.RunAsync("reference")).GetProperty("outcome").GetString().ShouldBe("succeeded");
            await right.OneAsync("users", new { email = "thao@demo.example", active = false });

            await provider.ChooseAsync(new { coolDown = "00:10:00" });
            await left.EditAsync(ticket, new { summary = "Cooling" });
            await right.BecomesAsync(task, new { title = "Cooling" });
            await left.ForgetCallsAsync();
            await left.EditAsync(ticket, new { summary = "Too early" });
            await Eventually.HoldsAsync(async () => await ProjectAsync(provider) is var asked && asked.GetProperty("status").GetString() == "requested" && asked.GetProperty("until").ValueKind == JsonValueKind.String ? null : $"It is not asked for: {asked}");
            (await right.GetAsync(task))["title"].ShouldBe("Cooling");
            (await left.CalledAsync()).ShouldNotContain(call => References.Any(call.Contains), "neither a poll nor a run of a project reads reference data");
        }
        finally
        {
            await left.LoseWebhooksAsync(false);
            await right.LoseWebhooksAsync(false);
        }

        // A single record that is heard of does not wait.
        await left.EditAsync(ticket, new { summary = "Heard" });
        await right.BecomesAsync(task, new { title = "Heard" });
    }

    [Fact]
    public async Task Project_ThatFails_DoesNotHoldUpTheOthers()
    {
        await using var provider = await door.ImportedAsync();
        var stack = await door.StackAsync();
        var project = await provider.Left.OneAsync("projects", new { name = Migration });
        await stack.FaultsAsync("connectwise", new { match = $"GET /projects/{project.Id}/phases", kind = "400" });
        try
        {
            var startedAt = (await provider.RunAsync("comprehensive")).GetProperty("startedAt").GetDateTimeOffset();
            var all = await provider.ItemsAsync("/projects");
            all.Count.ShouldBe(4);
            all.Count(item => item.GetProperty("lastSyncAt").GetDateTimeOffset() > startedAt).ShouldBe(3);
            foreach (var item in all) item.GetProperty("problem").ValueKind.ShouldBe(item.GetProperty("name").GetString() == Migration ? JsonValueKind.String : JsonValueKind.Null, item.ToString());
        }
        finally
        {
            await stack.FaultsAsync("connectwise");
        }

        await OrderAsync(provider, "sync");
        await Eventually.HoldsAsync(async () => await ProjectAsync(provider) is var mended && mended.GetProperty("problem").ValueKind == JsonValueKind.Null ? null : $"It fails still: {mended}");
    }

    /// <summary>A choice about the statuses of tickets on the board of the sample project.</summary>
    private static object OfBoard(string name, string value) => new { ticket = new Dictionary<string, object> { ["Project Board"] = new Dictionary<string, string> { [name] = value } } };

    private static async Task<JsonElement> ProjectAsync(SyncedPractice provider) =>
        (await provider.ItemsAsync("/projects?showDisabled=true&showArchived=true")).Single(item => item.GetProperty("name").GetString() == Migration);

    private static Task StateAsync(SyncedPractice provider, string state) => Eventually.HoldsAsync(
        async () => await ProjectAsync(provider) is var project && project.GetProperty("state").GetString() == state ? null : $"It is not {state}: {project}");

    private static async Task OrderAsync(SyncedPractice provider, string order) =>
        await provider.PostAsync($"/projects/{(await ProjectAsync(provider)).GetProperty("link").GetString()}/{order}", new { });
}
