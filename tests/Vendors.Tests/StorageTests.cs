using System.Net;
using System.Text.Json;

namespace SyncFunctions.Vendors.Tests;

public sealed class StorageTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("vendors-").FullName;

    [Theory]
    [InlineData("state.json")]
    [InlineData("state")]
    public async Task Restart_KeepsRecordsTimesIdsTokensAccountsAndSettings(string name)
    {
        var data = Path.Combine(_folder, name);
        string[] before;
        string token;
        await using (var vendors = await Vendors.StartAsync(seed: true, data))
        {
            await vendors.Synergy("PATCH", "Projects/1001", new { scope = "", clientReferenceNumber = (string?)null, endDate = "2030-01-31" });
            await vendors.Synergy("DELETE", "Projects/1002");
            await vendors.Sim("POST", "synergy", "accounts", new { slug = "other", name = "Other" });
            await vendors.Add("synergy", "contacts", new { name = "Theirs" }, account: "other");
            await vendors.Sim("PUT", "synergy", "settings", new { dailyLimit = 1000, switches = new { stageEditTouchesProject = true } });
            token = (await vendors.Sim("POST", "synergy", "tokens"))["accessToken"].GetString()!;
            before = await SnapshotAsync(vendors);
        }

        await using (var vendors = await Vendors.StartAsync(seed: true, data))
        {
            (await SnapshotAsync(vendors)).ShouldBe(before);
            (await vendors.Synergy("GET", "Projects/1001", token: token)).Status.ShouldBe(HttpStatusCode.OK);
            (await vendors.Synergy("POST", "Projects", new { name = "next" }))["id"].GetInt64().ShouldBe(1013);
        }
    }

    [Fact]
    public async Task Change_IsOnDiskSoon_WithoutAStop()
    {
        var data = Path.Combine(_folder, "state.json");
        await using var vendors = await Vendors.StartAsync(data: data);
        await vendors.TinyPlus("POST", "companies", new { name = "Written soon" });
        await WaitForAsync(() => File.Exists(data) && File.ReadAllText(data).Contains("Written soon", StringComparison.Ordinal));
        JsonDocument.Parse(await File.ReadAllTextAsync(data)).Dispose();
    }

    [Fact]
    public async Task Folder_HoldsAFileForEachSystem()
    {
        var data = Path.Combine(_folder, "vendors");
        await using (await Vendors.StartAsync(data: data))
        {
        }

        Directory.GetFiles(data).Select(Path.GetFileName).Order().ShouldBe(["connectwise.json", "iraiser.json", "mailchimp.json", "moovila.json", "raisersedge.json", "salesforce.json", "synergy.json", "tinyplus.json"]);
    }

    [Fact]
    public async Task StateOfSomethingElse_StopsTheStart()
    {
        var data = Path.Combine(_folder, "state.json");
        await File.WriteAllTextAsync(data, """{"synergy":{"accounts":[{"slug":"demo","name":"x","sequences":{},"tables":{"ships":[]}}],"grants":[],"settings":{}}}""");
        await Should.ThrowAsync<InvalidDataException>(() => Vendors.StartAsync(data: data));
    }

    [Theory]
    [InlineData("--urls")]
    [InlineData("--seed maybe")]
    [InlineData("--colour red")]
    public void Arguments_Unknown_AreNamed(string line)
    {
        VendorServerOptions.TryParse(line.Split(' '), out _, out var error).ShouldBeFalse();
        error.ShouldNotBeNull().ShouldContain(line.Split(' ')[0]);
    }

    [Fact]
    public void Arguments_Known_AreTaken()
    {
        VendorServerOptions.TryParse(["--seed", "off", "--urls", "http://localhost:9", "--data", "d"], out var options, out _).ShouldBeTrue();
        options.Seed.ShouldBeFalse();
        options.Urls.ShouldBe("http://localhost:9");
        options.Data.ShouldBe("d");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static async Task<string[]> SnapshotAsync(Vendors vendors)
    {
        var parts = new List<string>
        {
            (await vendors.Sim("GET", "synergy", "accounts")).Text,
            (await vendors.Sim("GET", "synergy", "settings")).Text,
            (await vendors.Sim("GET", "synergy", "kinds/contacts?account=other")).Text,
        };
        foreach (var system in new[] { "synergy", "tinyplus" })
        {
            foreach (var kind in (await vendors.Sim("GET", system, "kinds")).Each("name"))
                parts.Add((await vendors.Sim("GET", system, $"kinds/{kind}")).Text);
        }

        return [.. parts];
    }

    private static async Task WaitForAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!condition())
            await Task.Delay(20, patience.Token);
    }
}
