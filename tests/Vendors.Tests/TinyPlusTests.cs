using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;

namespace SyncFunctions.Vendors.Tests;

public sealed class TinyPlusTests
{
    private const string Authorize = "/tinyplus/oauth/authorize?response_type=token&client_id=sync-functions&redirect_uri=http%3A%2F%2Flocalhost%2Fcallback&state=a%26b%20c&scope=";

    [Fact]
    public async Task Approval_RedirectsWithTheTokenInTheFragment()
    {
        await using var vendors = await Vendors.StartAsync();
        (await vendors.Send("GET", Authorize + "readwrite")).Text.ShouldContain("Approve");
        var answer = await ApproveAsync(vendors, "readwrite", "admin");
        answer["token_type"].ShouldBe("Bearer");
        answer["state"].ShouldBe("a&b c");
        int.Parse(answer["expires_in"]!).ShouldBe(30 * 24 * 3600);
        (await vendors.TinyPlus("GET", "projects", token: answer["access_token"]!)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("response_type=code&client_id=sync-functions&redirect_uri=http%3A%2F%2Flocalhost%2F")]
    [InlineData("response_type=token&client_id=other&redirect_uri=http%3A%2F%2Flocalhost%2F")]
    [InlineData("response_type=token&client_id=sync-functions")]
    [InlineData("response_type=token&client_id=sync-functions&redirect_uri=http%3A%2F%2Flocalhost%2F&scope=all")]
    public async Task Authorize_WrongRequest_IsRefusedBeforeAnyRedirect(string query)
    {
        await using var vendors = await Vendors.StartAsync();
        (await vendors.Send("GET", $"/tinyplus/oauth/authorize?{query}")).Status.ShouldBe(HttpStatusCode.BadRequest);
        using var form = new FormUrlEncodedContent([KeyValuePair.Create("user", "admin")]);
        (await vendors.Send("POST", $"/tinyplus/oauth/authorize?{query}", form)).Status.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData(Vendors.TinyPlusToken, HttpStatusCode.OK)]
    [InlineData("Bearer " + Vendors.TinyPlusToken, HttpStatusCode.OK)]
    [InlineData("Bearer nonsense", HttpStatusCode.Unauthorized)]
    [InlineData("Basic " + Vendors.TinyPlusToken, HttpStatusCode.Unauthorized)]
    public async Task Authorization_TakesTheTokenBareOrAsBearer(string header, HttpStatusCode expected)
    {
        await using var vendors = await Vendors.StartAsync();
        (await vendors.TinyPlus("GET", "projects", token: header)).Status.ShouldBe(expected);
        (await vendors.Send("GET", "/tinyplus/v2/projects")).Status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Token_ThatMayOnlyRead_IsRefusedToWrite()
    {
        await using var vendors = await Vendors.StartAsync();
        var token = (await ApproveAsync(vendors, "read", "admin"))["access_token"]!;
        (await vendors.TinyPlus("GET", "projects", token: token)).Status.ShouldBe(HttpStatusCode.OK);
        var write = await vendors.TinyPlus("POST", "companies", new { name = "x" }, token);
        write.Status.ShouldBe(HttpStatusCode.Forbidden);
        write.Message.ShouldContain("scope 'read'");
    }

    [Fact]
    public async Task OrdinaryUser_IsNoAccountAdmin_AndIsToldSo()
    {
        await using var vendors = await Vendors.StartAsync(seed: true);
        var token = (await ApproveAsync(vendors, "readwrite", "member"))["access_token"]!;
        (await vendors.TinyPlus("GET", "me", token: token))["account_admin"].GetBoolean().ShouldBeFalse();
        var write = await vendors.TinyPlus("POST", "companies", new { name = "x" }, token);
        write.Status.ShouldBe(HttpStatusCode.Forbidden);
        write.Message.ShouldContain("'account_admin'");
        (await vendors.TinyPlus("GET", "team_members", token: token)).Status.ShouldBe(HttpStatusCode.Forbidden);

        var me = await vendors.TinyPlus("GET", "me");
        me["account_admin"].GetBoolean().ShouldBeTrue();
        (await vendors.TinyPlus("GET", $"team_members/{me["id"]}"))["email_address"].GetString().ShouldBe(me["email_address"].GetString());
    }

    [Fact]
    public async Task List_WithoutLimit_GivesFifteenAndSaysHowManyThereAre()
    {
        await using var vendors = await Vendors.StartAsync();
        await vendors.Sim("POST", "tinyplus", "kinds/companies/bulk", Enumerable.Range(0, 20).Select(i => new { name = $"C{i:00}" }));
        var first = await vendors.TinyPlus("GET", "companies");
        first.Json.ValueKind.ShouldBe(JsonValueKind.Array);
        first.Each("name").ShouldBe(Enumerable.Range(0, 15).Select(i => $"C{i:00}"));
        first.Headers["X-Total-Count"].ShouldBe("20");
        (await vendors.TinyPlus("GET", "companies?start=15&limit=200&with_related=0")).Each("name").ShouldBe(Enumerable.Range(15, 5).Select(i => $"C{i:00}"));
        (await vendors.TinyPlus("GET", "companies?start=20")).Each("name").ShouldBeEmpty();
    }

    [Theory]
    [InlineData("limit=201")]
    [InlineData("limit=0")]
    [InlineData("start=-1")]
    [InlineData("sort=nonsense")]
    [InlineData("sort=name sideways")]
    [InlineData("colour=red")]
    [InlineData("modified_date=>yesterday")]
    [InlineData("assigned_user=me")]
    public async Task List_WithAnInvalidParameter_Is400(string query)
    {
        await using var vendors = await Vendors.StartAsync();
        var answer = await vendors.TinyPlus("GET", $"companies?{query}");
        answer.Status.ShouldBe(HttpStatusCode.BadRequest);
        answer["errors"].EnumerateObject().Count().ShouldBe(1);
    }

    [Fact]
    public async Task ModifiedDate_IsAWholeSecondAndItsFilterLeavesThatSecondOut()
    {
        var clock = new ManualClock();
        await using var vendors = await Vendors.StartAsync(time: clock);
        await vendors.Add("tinyplus", "companies", new { name = "first" });
        clock.Advance(TimeSpan.FromMilliseconds(300));
        await vendors.Add("tinyplus", "companies", new { name = "same second" });
        clock.Advance(TimeSpan.FromMilliseconds(300));
        await vendors.Add("tinyplus", "companies", new { name = "next second" });

        (await vendors.TinyPlus("GET", "companies")).Each("modified_date").ShouldBe(["2025-03-14 09:26:53", "2025-03-14 09:26:53", "2025-03-14 09:26:54"]);
        (await vendors.TinyPlus("GET", "companies?modified_date=%3E2025-03-14%2009:26:53")).Each("name").ShouldBe(["next second"]);
        (await vendors.TinyPlus("GET", "companies?modified_date=%3E2025-03-14%2009:26:52&sort=modified_date%20asc")).Each("name").ShouldBe(["first", "same second", "next second"]);
        (await vendors.TinyPlus("GET", "companies?modified_date=<2025-03-14 09:26:54&sort=modified_date desc")).Each("name").ShouldBe(["same second", "first"]);
        (await vendors.TinyPlus("GET", "companies?modified_date=>2025-03-14 09:26:52&modified_date=<2025-03-14 09:26:54&limit=1&start=1&sort=modified_date")).Each("name").ShouldBe(["same second"]);
    }

    [Theory]
    [InlineData("companies?email_address=OFFICE@firm.example", "Firm")]
    [InlineData("companies?name=firm", "Firm")]
    [InlineData("companies?record_status=prospect", "Hope")]
    [InlineData("companies?id=1002", "Hope")]
    [InlineData("companies?email_address=office@firm.example&record_status=archived", "")]
    [InlineData("contacts?primary_company=1001", "Ada Lovelace")]
    [InlineData("contacts?name=Ada%20Lovelace", "Ada Lovelace")]
    [InlineData("companies?sort=name desc", "Hope,Firm")]
    public async Task AnyField_IsAFilter(string path, string expected)
    {
        await using var vendors = await Vendors.StartAsync();
        var firm = await vendors.Add("tinyplus", "companies", new { name = "Firm", email_address = "office@firm.example" });
        await vendors.Add("tinyplus", "companies", new { name = "Hope", record_status = "prospect" });
        await vendors.Add("tinyplus", "contacts", new { first_name = "Ada", last_name = "Lovelace", primary_company = firm });
        await vendors.Add("tinyplus", "contacts", new { first_name = "Lone", last_name = "Wolf" });
        (await vendors.TinyPlus("GET", path)).Each("name").ShouldBe(expected.Split(',', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task Patch_WithSomeFields_LeavesTheOthers()
    {
        await using var vendors = await Vendors.StartAsync();
        var created = await vendors.TinyPlus("POST", "companies", new { name = " Firm ", phone = "1", colour = "red" });
        created.Status.ShouldBe(HttpStatusCode.Created);
        created["name"].GetString().ShouldBe("Firm");
        created["record_status"].GetString().ShouldBe("active");
        var path = $"companies/{created["id"]}";
        var changed = await vendors.TinyPlus("PATCH", path, new { record_status = "archived", website = "" });
        changed.Status.ShouldBe(HttpStatusCode.OK, changed.Text);
        changed["phone"].GetString().ShouldBe("1");
        changed["website"].GetString().ShouldBe("");
        changed["email_address"].ValueKind.ShouldBe(JsonValueKind.Null);
        (await vendors.TinyPlus("GET", path)).Text.ShouldBe(changed.Text);
        (await vendors.TinyPlus("PUT", path, new { name = "x" })).Status.ShouldBe(HttpStatusCode.MethodNotAllowed);
        (await vendors.TinyPlus("DELETE", path)).Status.ShouldBe(HttpStatusCode.NoContent);
        (await vendors.TinyPlus("PATCH", path, new { name = "x" })).Message.ShouldBe("Company not found.");
    }

    [Theory]
    [InlineData("projects", "Project not found.")]
    [InlineData("companies", "Company not found.")]
    [InlineData("contacts", "Contact not found.")]
    [InlineData("team_members", "Team member not found.")]
    public async Task Missing_IsNamed(string kind, string message)
    {
        await using var vendors = await Vendors.StartAsync();
        var answer = await vendors.TinyPlus("GET", $"{kind}/77");
        answer.Status.ShouldBe(HttpStatusCode.NotFound);
        answer.Text.ShouldBe($$"""{"message":"{{message}}"}""");
    }

    [Theory]
    [InlineData("companies", """{"phone":"1"}""", "name")]
    [InlineData("companies", """{"name":"x","record_status":"lost"}""", "record_status")]
    [InlineData("contacts", """{"title":"nobody"}""", "last_name")]
    [InlineData("contacts", """{"first_name":"x","primary_company":7}""", "primary_company")]
    [InlineData("projects", """{"name":"x","stage":"Limbo"}""", "stage")]
    [InlineData("projects", """{"name":"x","stages":[1]}""", "stages")]
    [InlineData("team_members", """{"first_name":"x","ghost":"yes"}""", "ghost")]
    public async Task Create_WithABadField_Is400WithItsName(string kind, string body, string field)
    {
        await using var vendors = await Vendors.StartAsync();
        var answer = await vendors.TinyPlus("POST", kind, body);
        answer.Status.ShouldBe(HttpStatusCode.BadRequest);
        answer["errors"].TryGetProperty(field, out _).ShouldBeTrue(answer.Text);
    }

    [Fact]
    public async Task Project_KeepsStageStagesAndDates()
    {
        await using var vendors = await Vendors.StartAsync();
        await vendors.Add("tinyplus", "pipeline_stages", new { name = "Design", position = 3 });
        (await vendors.TinyPlus("GET", "pipeline_stages")).Each("name").ShouldBe(["Design"]);
        var project = await vendors.TinyPlus("POST", "projects", new { name = "x", stage = "Design", stages = new[] { "Concept: Done" }, start_date = "2024-02-29" });
        project["stages"].EnumerateArray().Select(line => line.GetString()).ShouldBe(["Concept: Done"]);
        project["start_date"].GetString().ShouldBe("2024-02-29");
        (await vendors.TinyPlus("PATCH", $"projects/{project["id"]}", new { start_date = (string?)null }))["start_date"].ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Fact]
    public async Task Ghost_CanBeActivated()
    {
        await using var vendors = await Vendors.StartAsync();
        var ghost = await vendors.TinyPlus("POST", "team_members", new { first_name = "G", ghost = true });
        ghost["ghost"].GetBoolean().ShouldBeTrue();
        (await vendors.TinyPlus("PATCH", $"team_members/{ghost["id"]}", new { ghost = false }))["ghost"].GetBoolean().ShouldBeFalse();
        (await vendors.TinyPlus("POST", "team_members", new { first_name = "H" }))["ghost"].GetBoolean().ShouldBeFalse();
    }

    private static async Task<Dictionary<string, string?>> ApproveAsync(Vendors vendors, string scope, string user)
    {
        using var form = new FormUrlEncodedContent([KeyValuePair.Create("user", user), KeyValuePair.Create("decision", "approve")]);
        var answer = await vendors.Send("POST", Authorize + scope, form);
        answer.Status.ShouldBe(HttpStatusCode.Found, answer.Text);
        answer.Location.ShouldStartWith("http://localhost/callback#");
        return QueryHelpers.ParseQuery(new Uri(answer.Location!).Fragment[1..]).ToDictionary(entry => entry.Key, entry => entry.Value.ToString() ?? null);
    }
}
