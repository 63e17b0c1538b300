namespace SyncFunctions.App.Tests.FrontDoor;

/// <summary>Vendors that refuse, fail and hang up. Faults are for all accounts of a vendor, so these tests have vendors of their own.</summary>
[Trait("Category", "Crashes")]
public sealed class RefusalTests
{
    [Fact]
    public async Task Vendors_ThatRefuseAndHangUp_HaveEverythingOnceInTheEnd()
    {
        await using var stack = await AppStack.StartAsync(TestContext.Current.CancellationToken, check: Contract.Check);
        await using var practice = await SyncedPractice.LiveAsync(stack);
        var first = await practice.Synergy.CreateAsync("contacts", new { name = "First", web = "https://old.example/" });
        var firstThere = await practice.TinyPlus.OneAsync("companies", new { name = "First" });
        await practice.QuietAsync();

        // Nothing of this leaves a doubt whether a record was created.
        await stack.FaultsAsync(
            "synergy",
            new { match = "GET Contacts", kind = "500", count = 4 },
            new { match = "GET Staff", kind = "reset", count = 2 },
            new { match = "POST Contacts", kind = "429", retryAfter = 2, count = 2 },
            new { match = "POST Projects", kind = "503", count = 2 },
            new { match = "PATCH Contacts", kind = "500", count = 2 });
        await stack.FaultsAsync(
            "tinyplus",
            new { match = "GET /v2/", kind = "429", retryAfter = 1, count = 5 },
            new { match = "GET /v2/", kind = "partialBody", count = 3 },
            new { match = "POST /v2/", kind = "429", retryAfter = 45, count = 1 },
            new { match = "PATCH /v2/", kind = "reset", count = 2 });
        await practice.Synergy.EditAsync(first, new { web = "https://new.example/" });
        await practice.Synergy.CreateAllAsync("contacts", Enumerable.Range(1, 5).Select(number => new { name = $"Left {number}" }));
        await practice.TinyPlus.CreateAllAsync("companies", Enumerable.Range(1, 5).Select(number => new { name = $"Right {number}" }));
        await practice.TinyPlus.CreateAllAsync("projects", Enumerable.Range(1, 3).Select(number => new { name = $"Project {number}", number = $"T-{number}" }));

        var patience = TimeSpan.FromSeconds(120);
        for (var number = 1; number <= 5; number++)
        {
            await practice.TinyPlus.OneAsync("companies", new { name = $"Left {number}" }, patience);
            await practice.Synergy.OneAsync("contacts", new { name = $"Right {number}" }, patience);
        }

        for (var number = 1; number <= 3; number++) await practice.Synergy.OneAsync("projects", new { name = $"Project {number}", number = $"T-{number}" }, patience);
        await practice.TinyPlus.BecomesAsync(firstThere, new { website = "https://new.example/" }, patience);
        await practice.TinyPlus.EditAsync(firstThere, new { phone = "123" });
        await practice.Synergy.BecomesAsync(first, new { phones = new { phone = "123" } }, patience);
        await practice.QuietAsync(patience);

        (await practice.TinyPlus.AllAsync("companies")).Count.ShouldBe(11);
        (await practice.Synergy.AllAsync("contacts")).Count.ShouldBe(11);
        (await practice.Synergy.AllAsync("projects")).Count.ShouldBe(3);
        (await practice.LogAsync("failed-ratelimited")).ShouldNotBeEmpty();
        (await stack.FiredAsync()).ShouldAllBe(fault => fault.Fired == fault.Count);
    }
}
