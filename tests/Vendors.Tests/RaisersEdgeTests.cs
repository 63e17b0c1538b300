using System.Net;
using System.Text.Json;

namespace SyncFunctions.Vendors.Tests;

/// <summary>What the simulated Raiser's Edge NXT does that its connector alone would not show.</summary>
public sealed class RaisersEdgeTests
{
    private const string List = "constituent/v1/constituents";

    [Fact]
    public async Task Lists_AreBehindAndSingleRecordsAreNot()
    {
        var clock = new ManualClock();
        await using var vendors = await Vendors.StartAsync(seed: true, time: clock);
        await vendors.Sim("PUT", "raisersedge", "settings", new { readLagMs = 30 * 60 * 1000 });
        var before = (await vendors.Sky("GET", List))["value"].EnumerateArray().First();
        var id = before.GetProperty("id").GetString()!;
        (await vendors.Sky("PATCH", $"{List}/{id}", new { first = "Augusta" })).Text.ShouldBeEmpty();
        (await vendors.Sky("PATCH", $"constituent/v1/emailaddresses/{before.GetProperty("email").GetProperty("id").GetString()}", new { address = "new@example.org" })).Status.ShouldBe(HttpStatusCode.OK);

        async Task<string> ShownAsync() => (await vendors.Sky("GET", $"{List}?last_modified=1600-01-01"))["value"].EnumerateArray().First(row => row.GetProperty("id").GetString() == id) is var row
            ? $"{row.GetProperty("first").GetString()} {row.GetProperty("email").GetProperty("address").GetString()}" : "";
        (await ShownAsync()).ShouldBe("Ada ada.byron@example.org");
        var now = await vendors.Sky("GET", $"{List}/{id}");
        (now["first"].GetString(), now["email"].GetProperty("address").GetString()).ShouldBe(("Augusta", "new@example.org"));
        now["date_modified"].GetString()!.ShouldEndWith("-05:00");
        clock.Advance(TimeSpan.FromMinutes(31));
        (await ShownAsync()).ShouldBe("Augusta new@example.org");
    }

    [Fact]
    public async Task Lists_HideWhoIsInactiveOrDead_AndAFeedNamesItsNextPageAlsoAtItsEnd()
    {
        await using var vendors = await Vendors.StartAsync(seed: true);
        async Task<int> CountAsync(string query) => (await vendors.Sky("GET", $"{List}?{query}"))["count"].GetInt32();
        (await CountAsync("")).ShouldBe(9);
        (await CountAsync("include_inactive=true")).ShouldBe(11);
        (await CountAsync("include_inactive=true&include_deceased=true")).ShouldBe(12);
        (await vendors.Sky("GET", List)).Json.TryGetProperty("next_link", out _).ShouldBeFalse();

        var seen = new List<string>();
        var next = $"{List}?last_modified=1600-01-01T00:00:00Z&limit=5";
        for (var page = 0; page < 3; page++)
        {
            var answer = await vendors.Sky("GET", next);
            seen.AddRange(answer["value"].EnumerateArray().Select(row => row.GetProperty("id").GetString()!));
            next = new Uri(answer["next_link"].GetString()!).PathAndQuery["/raisersedge/".Length..];
        }

        seen.Count.ShouldBe(9);
        seen.ShouldBeUnique();
        (await vendors.Sky("GET", next))["value"].GetArrayLength().ShouldBe(0);
        await vendors.Sim("PATCH", "raisersedge", $"kinds/constituents/{seen[0]}", new { first = "Augusta" });
        await vendors.Sim("PUT", "raisersedge", "settings", new { readLagMs = 0 });
        (await vendors.Sky("GET", next))["value"].EnumerateArray().Single().GetProperty("id").GetString().ShouldBe(seen[0], "the token stays good");
        (await vendors.Sky("GET", $"{List}?limit=5001")).Status.ShouldBe(HttpStatusCode.BadRequest);

        // Rows from before the vendor wrote down when.
        (await vendors.Sky("GET", "constituent/v1/emailaddresses?last_modified=1700-01-01"))["count"].GetInt32().ShouldBe(10);
        (await vendors.Sky("GET", "constituent/v1/emailaddresses?last_modified=1600-01-01"))["count"].GetInt32().ShouldBe(11);
    }

    [Fact]
    public async Task PrimaryRow_IsOne_AndWhatIsInsideAConstituentGoesWithIt()
    {
        await using var vendors = await Vendors.StartAsync();
        var id = (await vendors.Sky("POST", List, new { type = "Individual", last = "Byron", email = new { address = "a@example.org", type = "Email", primary = true } }))["id"].GetString()!;
        (await vendors.Sky("POST", "constituent/v1/emailaddresses", new { constituent_id = id, address = "b@example.org", type = "Business", primary = true })).Status.ShouldBe(HttpStatusCode.OK);
        var rows = (await vendors.Sky("GET", $"{List}/{id}/emailaddresses"))["value"].EnumerateArray().ToDictionary(row => row.GetProperty("address").GetString()!, row => row.GetProperty("primary").GetBoolean());
        rows.ShouldBe(new Dictionary<string, bool> { ["a@example.org"] = false, ["b@example.org"] = true });

        // What is no field of an edit is passed over.
        (await vendors.Sky("PATCH", $"{List}/{id}", new { email = new { address = "c@example.org" }, type = "Organization", first = "Ada" })).Status.ShouldBe(HttpStatusCode.OK);
        var now = await vendors.Sky("GET", $"{List}/{id}");
        (now["type"].GetString(), now["first"].GetString(), now["email"].GetProperty("address").GetString(), now["gender"].GetString()).ShouldBe(("Individual", "Ada", "b@example.org", "Unknown"));
        now.Json.TryGetProperty("middle", out _).ShouldBeFalse("what is empty is left out");

        (await vendors.Sky("POST", List, new { type = "Individual", first = "Ada" })).Json[0].GetProperty("error_name").GetString().ShouldBe("ValidationError");
        (await vendors.Sky("POST", List, new { type = "Individual", last = "x", email = new { address = "a@example.org", type = "Pigeon" } })).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await vendors.Sim("GET", "raisersedge", "kinds/constituents"))["total"].GetInt32().ShouldBe(1, "of a refused create nothing stays");
        (await vendors.Sky("DELETE", $"{List}/{id}")).Status.ShouldBe(HttpStatusCode.OK);
        (await vendors.Sky("GET", $"{List}/{id}")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await vendors.Sim("GET", "raisersedge", "kinds/emailaddresses"))["total"].GetInt32().ShouldBe(0);
    }

    [Fact]
    public async Task Refusals_LookAsTheVendorsDo()
    {
        await using var vendors = await Vendors.StartAsync();
        (await vendors.Sky("GET", List, key: "other")).Message.ShouldContain("invalid subscription key");
        (await vendors.Send("GET", $"/raisersedge/{List}")).Message.ShouldContain("missing subscription key");
        (await vendors.Sky("GET", List, token: "other")).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await vendors.Sky("GET", $"{List}/1")).Json.ValueKind.ShouldBe(JsonValueKind.Array);
        (await vendors.Sky("POST", "webhook/v1/subscriptions", new { webhook_url = "ftp://x", event_type = "y" }))["title"].GetString().ShouldBe("ValidationError");
        await vendors.Sim("PUT", "raisersedge", "settings", new { dailyLimit = 0 });
        var quota = await vendors.Sky("GET", List);
        (quota.Status, quota.Headers["Retry-After"]).ShouldBe((HttpStatusCode.Forbidden, "3600"));
        quota.Message.ShouldStartWith("Out of call volume quota");
    }

    [Fact]
    public async Task Search_FindsWhatSoundsAlikeAndWhoIsNoConstituent_UnlessToldOtherwise()
    {
        await using var vendors = await Vendors.StartAsync(seed: true);
        async Task<string[]> FindAsync(string query) => [.. (await vendors.Sky("GET", $"{List}/search?{query}"))["value"].EnumerateArray().Select(row => row.GetProperty("name").GetString()!).Order()];
        (await FindAsync("search_text=ben.okafor@example.org&search_field=email_address")).ShouldBe(["Lena Okafor", "Mr. Benedict Okafor"]);
        (await FindAsync("search_text=ben.okafor@example.org&search_field=email_address&include_non_constituents=false")).ShouldBe(["Mr. Benedict Okafor"]);
        (await FindAsync("search_text=ada@work.example&search_field=email_address&strict_search=true")).ShouldBe(["Mrs. Ada Byron"]);
        (await FindAsync("search_text=lindqvyst")).ShouldNotBeEmpty();
        (await FindAsync("search_text=farouk@example.org&search_field=email_address&strict_search=true")).ShouldBeEmpty();
        (await FindAsync("search_text=farouk@example.org&search_field=email_address&strict_search=true&include_inactive=true")).ShouldBe(["Farouk Haddad"]);
        (await vendors.Sky("GET", $"{List}/search")).Status.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Gift_IsChangedOnlyInTheVersionThatIsNamed_AndNotOnceItIsPosted()
    {
        await using var vendors = await Vendors.StartAsync(seed: true);
        var gifts = (await vendors.Sky("GET", "gift/v1/gifts"))["value"].EnumerateArray().ToDictionary(gift => gift.GetProperty("post_status").GetString()! + gift.GetProperty("type").GetString(), gift => gift.GetProperty("id").GetString());
        var (posted, open) = (gifts["PostedDonation"], gifts["NotPostedRecurringGift"]);
        Task<Answer> PatchAsync(string? id, string version) => vendors.Sky("PATCH", $"gift/v1/gifts/{id}", new { reference = "x" }, more: version.Length > 0 ? [("If-Match", version)] : []);
        var version = (await vendors.Sky("GET", $"gift/v1/gifts/{open}")).Headers["ETag"];
        (await PatchAsync(open, "")).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await PatchAsync(open, "\"other\"")).Status.ShouldBe(HttpStatusCode.PreconditionFailed);
        (await PatchAsync(open, version)).Status.ShouldBe(HttpStatusCode.OK);
        (await PatchAsync(open, version)).Status.ShouldBe(HttpStatusCode.PreconditionFailed);
        (await PatchAsync(posted, "*")).Text.ShouldContain("posted");
        (await vendors.Sky("POST", "gift/v1/gifts", new { constituent_id = "1001", type = "Donation", amount = new { value = 3 }, gift_splits = new[] { new { amount = new { value = 2 }, fund_id = "1" } }, payments = new[] { new { payment_method = "Cash" } } }))
            .Status.ShouldBe(HttpStatusCode.BadRequest);
    }
}
