namespace SyncFunctions.App.Tests.FrontDoor;

/// <summary>Writes that were applied although the answer never came: they must be found again, not repeated.</summary>
[Trait("Category", "Crashes")]
public sealed class LostAnswerTests
{
    /// <summary>An unanswered write is given two request timeouts to arrive, and the vendor's lists some time to show it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    [Fact]
    public async Task Writes_WithoutAnswer_AreAppliedOnce()
    {
        await using var stack = await AppStack.StartAsync(TestContext.Current.CancellationToken, check: Contract.Check);
        await using var practice = await SyncedPractice.LiveAsync(stack);
        var first = await practice.Synergy.CreateAsync("contacts", new { name = "First", web = "https://old.example/" });
        var firstThere = await practice.TinyPlus.OneAsync("companies", new { name = "First" });
        await practice.QuietAsync();

        foreach (var vendor in new[] { "synergy", "tinyplus" })
        {
            // Applied but not answered; not applied and not answered; failed, and who knows.
            await stack.FaultsAsync(
                vendor,
                new { match = "POST (Contacts|companies)", kind = "dropAfterApply", count = 2 },
                new { match = "POST (Contacts|companies)", kind = "reset", count = 1 },
                new { match = "POST (Projects|projects)", kind = "partialBody", count = 1 },
                new { match = "POST (Projects|projects)", kind = "500", count = 1 },
                new { match = "PATCH (Contacts|companies)", kind = "dropAfterApply", count = 1 });
        }

        await practice.Synergy.EditAsync(first, new { web = "https://new.example/" });
        await practice.Synergy.CreateAllAsync("contacts", Enumerable.Range(1, 4).Select(number => new { name = $"Left {number}" }));
        await practice.Synergy.CreateAllAsync("projects", Enumerable.Range(1, 3).Select(number => new { name = $"Left {number}", number = $"26-{number}" }));
        await practice.TinyPlus.CreateAllAsync("companies", Enumerable.Range(1, 4).Select(number => new { name = $"Right {number}" }));
        await practice.TinyPlus.CreateAllAsync("projects", Enumerable.Range(1, 3).Select(number => new { name = $"Right {number}", number = $"T-{number}" }));
        await practice.TinyPlus.BecomesAsync(firstThere, new { website = "https://new.example/" });
        await practice.TinyPlus.EditAsync(firstThere, new { phone = "123" });

        for (var number = 1; number <= 4; number++)
        {
            await practice.TinyPlus.OneAsync("companies", new { name = $"Left {number}" }, Patience);
            await practice.Synergy.OneAsync("contacts", new { name = $"Right {number}" }, Patience);
        }

        for (var number = 1; number <= 3; number++)
        {
            await practice.TinyPlus.OneAsync("projects", new { name = $"Left {number}" }, Patience);
            await practice.Synergy.OneAsync("projects", new { name = $"Right {number}" }, Patience);
        }

        await practice.Synergy.BecomesAsync(first, new { phones = new { phone = "123" } }, Patience);
        await practice.QuietAsync(Patience);
        (await practice.TinyPlus.AllAsync("companies")).Count.ShouldBe(9);
        (await practice.Synergy.AllAsync("contacts")).Count.ShouldBe(9);
        (await practice.TinyPlus.AllAsync("projects")).Count.ShouldBe(6);
        (await practice.Synergy.AllAsync("projects")).Count.ShouldBe(6);
        (await practice.LogAsync("recovered")).ShouldNotBeEmpty();
        (await stack.FiredAsync()).ShouldAllBe(fault => fault.Fired == fault.Count);

        // What was found again is linked: edits go on.
        var found = await practice.Synergy.OneAsync("contacts", new { name = "Right 1" });
        await practice.Synergy.EditAsync(found, new { web = "https://found.example/" });
        await practice.TinyPlus.OneAsync("companies", new { name = "Right 1", website = "https://found.example/" });
    }
}
