using System.Net;
using System.Text.Json;

namespace SyncFunctions.Vendors.Tests;

public sealed class SynergyApiTests
{
    [Fact]
    public async Task Organisations_OfAToken_AreListedWithTheirSlug()
    {
        await using var vendors = await Vendors.StartAsync();
        var list = await vendors.Send("GET", "/synergy/api/v2/Organisation", header: ("access-token", Vendors.SynergyKey));
        list.Each("slug").ShouldBe(["demo"]);
        (await vendors.Synergy("GET", "", slug: "MySlug"))["slug"].GetString().ShouldBe("demo");
    }

    [Fact]
    public async Task Projects_PageByPage_GiveEachRecordOnceAndSayWhenTheyEnd()
    {
        await using var vendors = await Vendors.StartAsync();
        for (var i = 0; i < 7; i++)
            await vendors.Add("synergy", "projects", new { name = $"Project {i}" });
        var seen = new List<string>();
        for (var page = 1; ; page++)
        {
            var answer = await vendors.Synergy("GET", $"Projects?criteria.page={page}&criteria.pagesize=3");
            answer["totalItems"].GetInt32().ShouldBe(7);
            answer["totalPages"].GetInt32().ShouldBe(3);
            answer["currentPage"].GetInt32().ShouldBe(page);
            answer["pageSize"].GetInt32().ShouldBe(3);
            seen.AddRange(answer.Each("name"));
            if (!answer["hasNext"].GetBoolean())
                break;
        }

        seen.ShouldBe(Enumerable.Range(0, 7).Select(i => $"Project {i}"));
        (await vendors.Synergy("GET", "Projects?page=4&pageSize=3")).Each("id").ShouldBeEmpty();
    }

    [Theory]
    [InlineData("Projects?pageSize=1001")]
    [InlineData("Projects?criteria.page=0")]
    [InlineData("Projects?UpdatedDate=yesterday")]
    [InlineData("Projects?sort=secret")]
    [InlineData("Projects?StatusTypeId=two")]
    [InlineData("Contacts?ShowCompany=maybe")]
    [InlineData("ProjectStatus?ActiveId=3")]
    [InlineData("Stages")]
    public async Task List_WithAnInvalidParameter_Is400ThatNamesIt(string path)
    {
        await using var vendors = await Vendors.StartAsync();
        var answer = await vendors.Synergy("GET", path);
        answer.Status.ShouldBe(HttpStatusCode.BadRequest);
        answer["modelState"].EnumerateObject().ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("UpdatedDate")]
    [InlineData("criteria.UpdatedDate")]
    [InlineData("criteria.updateddate")]
    public async Task UpdatedDate_IsInclusiveToTheMillisecondAndReadAsUtc(string parameter)
    {
        var clock = new ManualClock();
        await using var vendors = await Vendors.StartAsync(time: clock);
        await vendors.Add("synergy", "projects", new { name = "before" });
        clock.Advance(TimeSpan.FromMilliseconds(1));
        await vendors.Add("synergy", "projects", new { name = "at" });
        clock.Advance(TimeSpan.FromMilliseconds(1));
        await vendors.Add("synergy", "projects", new { name = "after" });

        (await vendors.Synergy("GET", $"Projects?{parameter}=2025-03-14T09:26:53.59")).Each("name").ShouldBe(["at", "after"]);
        (await vendors.Synergy("GET", $"Projects?{parameter}=2025-03-14T20:26:53.59%2B11:00")).Each("name").ShouldBe(["at", "after"]);
        (await vendors.Synergy("GET", $"Projects?{parameter}=2025-03-14T09:26:53.591Z")).Each("name").ShouldBe(["after"]);
        (await vendors.Synergy("GET", $"Projects?{parameter}=2025-03-14")).Each("name").Length.ShouldBe(3);
        (await vendors.Synergy("GET", "Projects?CreatedDate=2025-03-14T09:26:53.591")).Each("name").ShouldBe(["after"]);
    }

    [Fact]
    public async Task Timestamps_HaveNoZoneAndOnlyTheFractionDigitsTheyNeed()
    {
        var clock = new ManualClock(new DateTimeOffset(2016, 11, 17, 22, 59, 21, 370, TimeSpan.Zero));
        await using var vendors = await Vendors.StartAsync(time: clock);
        var id = await vendors.Add("synergy", "projects", new { name = "x" });
        (await vendors.Synergy("GET", $"Projects/{id}"))["updatedDate"].GetString().ShouldBe("2016-11-17T22:59:21.37");
        clock.Advance(TimeSpan.FromMilliseconds(630));
        (await vendors.Synergy("PATCH", $"Projects/{id}", new { scope = "y" }))["updatedDate"].GetString().ShouldBe("2016-11-17T22:59:22");
    }

    [Fact]
    public async Task Projects_AreOrderedByUpdatedDate_SoThatAnEditMovesARecordToTheEnd()
    {
        var clock = new ManualClock();
        await using var vendors = await Vendors.StartAsync(time: clock);
        var first = await vendors.Add("synergy", "projects", new { name = "a" });
        await vendors.Add("synergy", "projects", new { name = "b" });
        (await vendors.Synergy("GET", "Projects")).Each("name").ShouldBe(["a", "b"]);
        clock.Advance(TimeSpan.FromSeconds(1));
        await vendors.Sim("PATCH", "synergy", $"kinds/projects/{first}", new { scope = "edited" });
        (await vendors.Synergy("GET", "Projects")).Each("name").ShouldBe(["b", "a"]);
        (await vendors.Synergy("GET", "Projects?sort=id")).Each("name").ShouldBe(["a", "b"]);
        (await vendors.Synergy("GET", "Projects?sort=name desc")).Each("name").ShouldBe(["b", "a"]);
    }

    [Theory]
    [InlineData("PATCH")]
    [InlineData("PUT")]
    public async Task Update_WithSomeFields_LeavesTheOthersAndAnswersTheWholeRecord(string method)
    {
        await using var vendors = await Vendors.StartAsync();
        var created = await vendors.Synergy("POST", "Projects", new { name = "Pier", scope = "all", address = new { town = "Sydney", country = "Australia" } });
        created.Status.ShouldBe(HttpStatusCode.Created);
        var id = created["id"].GetInt64();
        var answer = await vendors.Synergy(method, $"Projects/{id}", new { name = "  Pier 2 ", address = new { town = "Perth" }, colour = "red" });
        answer.Status.ShouldBe(HttpStatusCode.OK, answer.Text);
        answer["name"].GetString().ShouldBe("Pier 2");
        answer["scope"].GetString().ShouldBe("all");
        answer["address"].GetProperty("singleline").GetString().ShouldBe("Perth, Australia");
        answer.Json.TryGetProperty("colour", out _).ShouldBeFalse();
        (await vendors.Synergy("GET", $"Projects/{id}")).Text.ShouldBe(answer.Text);
    }

    [Theory]
    [InlineData("""{"scope":"no name"}""", "name")]
    [InlineData("""{"name":"   "}""", "name")]
    [InlineData("""{"name":null}""", "name")]
    [InlineData("""{"name":7}""", "name")]
    [InlineData("""{"name":"x","startDate":"soon"}""", "startDate")]
    [InlineData("""{"name":"x","managerId":99}""", "managerId")]
    [InlineData("""{"name":"x","isActive":"yes"}""", "isActive")]
    public async Task Create_WithABadField_Is400WithItsName(string body, string field)
    {
        await using var vendors = await Vendors.StartAsync();
        var answer = await vendors.Synergy("POST", "Projects", body);
        answer.Status.ShouldBe(HttpStatusCode.BadRequest);
        answer["modelState"].TryGetProperty(field, out _).ShouldBeTrue(answer.Text);
        (await vendors.Synergy("GET", "Projects")).Each("id").ShouldBeEmpty();
    }

    [Theory]
    [InlineData(255, HttpStatusCode.Created)]
    [InlineData(256, HttpStatusCode.BadRequest)]
    public async Task Name_LongerThan255_IsRefused(int length, HttpStatusCode expected)
    {
        await using var vendors = await Vendors.StartAsync();
        (await vendors.Synergy("POST", "Projects", new { name = new string('ü', length) })).Status.ShouldBe(expected);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("[]")]
    [InlineData("")]
    public async Task Write_WithoutAJsonObject_Is400(string body)
    {
        await using var vendors = await Vendors.StartAsync();
        (await vendors.Synergy("POST", "Projects", body)).Status.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task ProjectNumber_IsUniqueAmongActiveProjectsAndGivenWhereItIsMissing()
    {
        await using var vendors = await Vendors.StartAsync();
        var first = await vendors.Synergy("POST", "Projects", new { name = "first", number = "N-1" });
        (await vendors.Synergy("POST", "Projects", new { name = "second", projectNumber = "n-1" })).Message.ShouldContain("already used");

        await vendors.Synergy("PATCH", $"Projects/{first["id"]}", new { isActive = false });
        var second = await vendors.Synergy("POST", "Projects", new { name = "second", projectNumber = "N-1" });
        second["number"].GetString().ShouldBe("N-1");
        second["projectNumber"].GetString().ShouldBe("N-1");
        (await vendors.Synergy("PATCH", $"Projects/{first["id"]}", new { isActive = true })).Status.ShouldBe(HttpStatusCode.BadRequest);

        var numbers = new[] { await vendors.Synergy("POST", "Projects", new { name = "x" }), await vendors.Synergy("POST", "Projects", new { name = "y" }) }
            .Select(answer => answer["number"].GetString()).ToArray();
        numbers.ShouldBeUnique();
        numbers.ShouldAllBe(number => number!.Length > 0);
    }

    [Fact]
    public async Task SearchByNumber_LeavesOutInactiveProjects_UnlessAskedFor()
    {
        await using var vendors = await Vendors.StartAsync();
        var status = await vendors.Add("synergy", "statuses", new { name = "Completed", statusTypeId = 4 });
        await vendors.Add("synergy", "projects", new { name = "done", number = "N-1", isActive = false, statusId = status });
        (await vendors.Synergy("GET", "Projects?criteria.projectNumber=N-1")).Each("name").ShouldBeEmpty();
        (await vendors.Synergy("GET", "Projects?projectNumber=N-1&IsActive=false")).Each("name").ShouldBe(["done"]);
        (await vendors.Synergy("GET", "Projects?projectNumber=N-1&StatusTypeId=4")).Each("name").ShouldBe(["done"]);
        (await vendors.Synergy("GET", "Projects")).Each("name").ShouldBe(["done"]);
        (await vendors.Synergy("GET", "Projects?StatusTypeId=2")).Each("name").ShouldBeEmpty();
    }

    [Fact]
    public async Task Delete_LeavesNoTrace()
    {
        await using var vendors = await Vendors.StartAsync();
        var id = await vendors.Add("synergy", "projects", new { name = "x" });
        (await vendors.Synergy("DELETE", $"Projects/{id}")).Status.ShouldBe(HttpStatusCode.NoContent);
        (await vendors.Synergy("GET", $"Projects/{id}")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await vendors.Synergy("PATCH", $"Projects/{id}", new { name = "y" })).Message.ShouldBe("Project not found.");
        (await vendors.Synergy("DELETE", $"Projects/{id}")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await vendors.Synergy("GET", "Projects"))["totalItems"].GetInt32().ShouldBe(0);
    }

    [Fact]
    public async Task StatusUpdate_SetsTheProjectAndItsStages_AndAnswersAsDocumented()
    {
        var clock = new ManualClock();
        await using var vendors = await Vendors.StartAsync(time: clock);
        await vendors.Add("synergy", "statuses", new { name = "Active" });
        var done = await vendors.Add("synergy", "statuses", new { name = "Completed", statusTypeId = 4 });
        var project = await vendors.Add("synergy", "projects", new { name = "x" });
        var stage = await vendors.Add("synergy", "stages", new { projectId = project, name = "Concept" });
        var other = await vendors.Add("synergy", "stages", new { projectId = project, name = "Design" });
        clock.Advance(TimeSpan.FromSeconds(1));

        var answer = await vendors.Synergy("POST", "ProjectStatus/Update", new { projectId = project, newStatusId = done, stageIds = new[] { stage } });
        answer["success"].GetBoolean().ShouldBeTrue(answer.Text);
        answer["project"].GetProperty("id").GetInt64().ShouldBe(project);
        answer["project"].GetProperty("statusName").GetString().ShouldBe("Completed");
        answer["project"].GetProperty("statusTypeId").GetInt64().ShouldBe(4);
        answer["stages"].GetArrayLength().ShouldBe(1);
        answer.Json.TryGetProperty("projectResults", out _).ShouldBeTrue();

        var read = await vendors.Synergy("GET", $"Projects/{project}");
        read["statusName"].GetString().ShouldBe("Completed");
        read["updatedDate"].GetString().ShouldBe("2025-03-14T09:26:54.589");
        (await vendors.Synergy("GET", $"Stages?ProjectId={project}")).Each("status").ShouldBe(["Completed", "Active"]);
        (await vendors.Synergy("POST", "ProjectStatus/Update", new { projectId = project, newStatusId = 1 })).Status.ShouldBe(HttpStatusCode.BadRequest);
        other.ShouldBeGreaterThan(stage);
    }

    [Fact]
    public async Task Statuses_AreListedByActiveId()
    {
        await using var vendors = await Vendors.StartAsync(seed: true);
        (await vendors.Synergy("GET", "ProjectStatus")).Each("name").Length.ShouldBe(6);
        (await vendors.Synergy("GET", "ProjectStatus?ActiveId=1")).Each("name").Length.ShouldBe(5);
        (await vendors.Synergy("GET", "ProjectStatus?ActiveId=0")).Each("name").ShouldBe(["Legacy – do not use"]);
    }

    [Fact]
    public async Task Stage_Edited_DoesNotMoveItsProject_UnlessSwitchedOn()
    {
        var clock = new ManualClock();
        await using var vendors = await Vendors.StartAsync(time: clock);
        var project = await vendors.Add("synergy", "projects", new { name = "x" });
        var stage = await vendors.Add("synergy", "stages", new { projectId = project, name = "Concept" });
        var before = (await vendors.Synergy("GET", $"Projects/{project}")).Text;
        clock.Advance(TimeSpan.FromSeconds(1));
        await vendors.Sim("PATCH", "synergy", $"kinds/stages/{stage}", new { name = "Concept 2" });
        (await vendors.Synergy("GET", $"Projects/{project}")).Text.ShouldBe(before);

        await vendors.Sim("PUT", "synergy", "settings", new { switches = new { stageEditTouchesProject = true } });
        await vendors.Sim("PATCH", "synergy", $"kinds/stages/{stage}", new { name = "Concept 3" });
        (await vendors.Synergy("GET", $"Projects/{project}"))["updatedDate"].GetString().ShouldBe("2025-03-14T09:26:54.589");
        var listed = await vendors.Synergy("GET", $"Stages?ProjectId={project}");
        listed.Json.ValueKind.ShouldBe(JsonValueKind.Array);
        listed.Json[0].TryGetProperty("updatedDate", out _).ShouldBeFalse();
    }

    [Theory]
    [InlineData("", "Firm,Ada Lovelace,Ivan Individual")]
    [InlineData("ShowCompany=true", "Firm")]
    [InlineData("criteria.ShowPersonnel=true", "Ada Lovelace")]
    [InlineData("ShowCompany=true&ShowPersonnel=true&ShowIndividual=false", "Firm,Ada Lovelace")]
    [InlineData("ShowIndividual=false", "Firm,Ada Lovelace")]
    [InlineData("ShowStaff=true", "Sam Staff")]
    [InlineData("ShowStaff=true&ShowCompany=true&pageSize=1&page=2", "Firm")]
    public async Task Contacts_ShowTheKindsThatAreAskedFor(string query, string expected)
    {
        var clock = new ManualClock();
        await using var vendors = await Vendors.StartAsync(time: clock);
        await vendors.Add("synergy", "staff", new { firstName = "Sam", lastName = "Staff" });
        clock.Advance(TimeSpan.FromSeconds(1));
        var firm = await vendors.Add("synergy", "contacts", new { name = "Firm" });
        await vendors.Add("synergy", "personnel", new { firstName = "Ada", lastName = "Lovelace", companyId = firm });
        await vendors.Add("synergy", "individuals", new { firstName = "Ivan", lastName = "Individual" });
        (await vendors.Synergy("GET", $"Contacts?{query}")).Each("name").ShouldBe(expected.Split(','));
    }

    [Fact]
    public async Task Contact_OfEachType_IsCreatedReadAndUpdatedUnderOneKindOfId()
    {
        await using var vendors = await Vendors.StartAsync();
        var firm = await vendors.Synergy("POST", "Contacts", new { contactTypeId = 1, name = "Firm", email = "Office@Firm.example", phones = new { phone = "1" } });
        firm.Status.ShouldBe(HttpStatusCode.Created, firm.Text);
        firm["email"].GetString().ShouldBe("Office@Firm.example");
        firm["emailDomain"].GetString().ShouldBe("Firm.example");
        var person = await vendors.Synergy("POST", "Contacts", new { contactType = "Personnel", firstName = "Ada", lastName = "L", companyId = firm["id"].GetInt64() });
        person["companyName"].GetString().ShouldBe("Firm", person.Text);
        person["contactTypeId"].GetInt64().ShouldBe(3);
        person["id"].GetInt64().ShouldNotBe(firm["id"].GetInt64());

        var changed = await vendors.Synergy("PATCH", $"Contacts/{person["id"]}", new { phones = new { mobile = "2" }, isActive = false });
        changed["phones"].GetProperty("mobile").GetString().ShouldBe("2");
        changed["isActive"].GetBoolean().ShouldBeFalse();
        changed["name"].GetString().ShouldBe("Ada L");
        (await vendors.Synergy("PATCH", $"Contacts/{person["id"]}", new { contactTypeId = 1 })).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await vendors.Synergy("GET", $"Contacts/{firm["id"]}"))["name"].GetString().ShouldBe("Firm");
    }

    [Theory]
    [InlineData("""{"name":"no type"}""")]
    [InlineData("""{"contactTypeId":4,"firstName":"staff"}""")]
    [InlineData("""{"contactTypeId":3,"firstName":"no company"}""")]
    [InlineData("""{"contactTypeId":3,"firstName":"wrong company","companyId":5}""")]
    [InlineData("""{"contactTypeId":2}""")]
    public async Task Contact_ThatDoesNotFitItsType_Is400(string body)
    {
        await using var vendors = await Vendors.StartAsync();
        (await vendors.Synergy("POST", "Contacts", body)).Status.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Reference_ToADeletedRecord_ReadsAsNullAndMovesNoTime()
    {
        var clock = new ManualClock();
        await using var vendors = await Vendors.StartAsync(time: clock);
        var firm = await vendors.Add("synergy", "contacts", new { name = "Firm" });
        var project = await vendors.Add("synergy", "projects", new { name = "x", primaryContactId = firm });
        (await vendors.Synergy("GET", $"Projects/{project}"))["primaryContactName"].GetString().ShouldBe("Firm");
        clock.Advance(TimeSpan.FromSeconds(1));
        await vendors.Sim("DELETE", "synergy", $"kinds/contacts/{firm}");
        var read = await vendors.Synergy("GET", $"Projects/{project}");
        read["primaryContactId"].ValueKind.ShouldBe(JsonValueKind.Null);
        read["primaryContactName"].ValueKind.ShouldBe(JsonValueKind.Null);
        read["updatedDate"].GetString().ShouldBe("2025-03-14T09:26:53.589");
    }

    [Fact]
    public async Task Staff_IsABareArrayWithTheVendorsMisspeltField()
    {
        var clock = new ManualClock();
        await using var vendors = await Vendors.StartAsync(time: clock);
        await vendors.Add("synergy", "staff", new { firstName = "Old", lastName = "Hand" });
        clock.Advance(TimeSpan.FromDays(1));
        await vendors.Add("synergy", "staff", new { firstName = "New", lastName = "Hand", email = "new@demo.example" });
        var list = await vendors.Synergy("GET", "Staff");
        list.Json.ValueKind.ShouldBe(JsonValueKind.Array);
        list.Each("udpatedDate").ShouldBe(["2025-03-14T09:26:53.589", "2025-03-15T09:26:53.589"]);
        (await vendors.Synergy("GET", "Staff?UpdatedDate=2025-03-15")).Each("name").ShouldBe(["New Hand"]);
        (await vendors.Synergy("GET", "Staff?ExcludeNoEmails=true")).Each("name").ShouldBe(["New Hand"]);
        (await vendors.Synergy("POST", "Staff", new { firstName = "x" })).Status.ShouldBe(HttpStatusCode.MethodNotAllowed);
    }
}
