using System.Collections.Immutable;
using SyncFunctions.App.Sync;
using SyncFunctions.Engine;
using SyncFunctions.Simulation.Vendors;

namespace SyncFunctions.Simulation.CrashPoints;

/// <summary>What the app must get through whenever it dies: changes of people, one scenario each.</summary>
public static class CrashScenarios
{
    private static readonly Side L = Side.Left;
    private static readonly Side R = Side.Right;
    private static readonly FieldValue Red = FieldValue.Of("red");
    private static readonly FieldValue Green = FieldValue.Of("green");

    public static ImmutableArray<CrashScenario> All =>
    [
        new("create on the left", stage => stage.Create(L, "companies", "T1", ("email", FieldValue.Of("a@b.test")))) { Expect = Both("T1") },
        new("create on the right", stage => stage.Create(R, "accounts", "T1", ("place", FieldValue.Of("Paris")))) { Expect = Both("T1") },
        new("create on both sides", stage => stage.CreateTwins("T1")) { Expect = Both("T1") },
        new("update from the left", stage => stage.Edit(L, stage.Find(L, "companies", "T1")!, ("address", Red))) { Arrange = Company, Expect = Value("accounts", "T1", "place", "red") },
        new("update from the right", stage => stage.Edit(R, stage.Find(R, "accounts", "T1")!, ("place", Red))) { Arrange = Company, Expect = Value("companies", "T1", "address", "red") },
        new("update of both sides", stage =>
        {
            stage.Edit(L, stage.Find(L, "companies", "T1")!, ("address", Red));
            stage.Edit(R, stage.Find(R, "accounts", "T1")!, ("tel", FieldValue.Of("123")));
        }) { Arrange = Company, Expect = Value("accounts", "T1", "place", "red") },
        new("conflict", stage =>
        {
            stage.Edit(L, stage.Find(L, "companies", "T1")!, ("address", Red));
            stage.Edit(R, stage.Find(R, "accounts", "T1")!, ("place", Green));
        }) { Arrange = Company },
        new("value map", stage => stage.Edit(L, stage.Find(L, "companies", "T1")!, ("status", FieldValue.Of("Won")))) { Arrange = Company, Expect = Value("accounts", "T1", "stage", "w") },
        new("delete on the left", stage =>
        {
            stage.Delete(L, stage.Find(L, "companies", "T1")!);
            Sweep(stage);
        }) { Arrange = Company, Expect = Archived(R, "accounts", "T1") },
        new("delete on the right", stage =>
        {
            stage.Delete(R, stage.Find(R, "accounts", "T1")!);
            Sweep(stage);
        }) { Arrange = Company, Expect = Archived(L, "companies", "T1") },
        new("delete of what was edited", stage =>
        {
            stage.Delete(R, stage.Find(R, "accounts", "T1")!);
            stage.Edit(L, stage.Find(L, "companies", "T1")!, ("address", Red));
        }) { Arrange = Company },
        new("archive", stage => stage.Archive(L, stage.Find(L, "companies", "T1")!)) { Arrange = Company, Expect = Archived(R, "accounts", "T1") },
        new("archive and back", stage => stage.Archive(R, stage.Find(R, "accounts", "T1")!, archived: false)) { Arrange = ArchivedCompany, Expect = Both("T1") },
        new("merge", stage =>
        {
            stage.Delete(L, stage.Find(L, "companies", "T2")!, stage.Find(L, "companies", "T1"));
            Sweep(stage);
        }) { Arrange = TwoCompanies },
        new("reference to what is new", stage =>
        {
            var company = stage.Create(L, "companies", "T1");
            stage.Create(L, "people", "T2", ("company", new FieldValue.Reference(company.Id)));
        }) { Expect = stage => stage.Find(R, "contacts", "T2") is null ? "The contact is not in right." : null },
        new("reference that moves", stage => stage.Edit(L, stage.Find(L, "projects", "T3")!, ("client", new FieldValue.Reference(stage.Find(L, "companies", "T2")!.Id)))) { Arrange = Project },
        new("reference to what is not linked yet", stage =>
        {
            stage.Edit(L, stage.Find(L, "people", "T4")!, ("company", new FieldValue.Reference(stage.Create(L, "companies", "T5").Id)));
            stage.Edit(L, stage.Find(L, "people", "T4")!, ("email", FieldValue.Of("t4@b.test")));
        }) { Arrange = Contact },
        new("inside of a project", stage => stage.Edit(L, stage.Find(L, "projects", "T3")!, ("phase", Red))) { Arrange = Project, Expect = Value("jobs", "T3", "phase", "red") },
        new("several at once", stage =>
        {
            for (var i = 10; i < 18; i++) stage.Create(i % 2 == 0 ? L : R, i % 2 == 0 ? "companies" : "accounts", $"T{i}");
        }) { Expect = stage => Enumerable.Range(10, 8).Select(i => Both($"T{i}")(stage)).FirstOrDefault(missing => missing is not null) },
        new("held until the lock ends", stage =>
        {
            stage.Edit(L, stage.Find(L, "companies", "T1")!, ("address", Red));
            stage.World.RunFor(TimeSpan.FromMinutes(7));
            stage.Edit(R, stage.Find(R, "accounts", "T1")!, ("tel", FieldValue.Of("4711")));
        })
        {
            Arrange = Company,
            Settings = FakePair.Defaults with { LockWindow = TimeSpan.FromMinutes(15) },
            Watched = TimeSpan.FromMinutes(25),
            Recovery = TimeSpan.FromMinutes(70),
            Expect = Value("companies", "T1", "phone", "4711"),
        },
        .. CrashOrders.All,
    ];

    /// <summary>Something changes of which no list tells, and once more at any moment.</summary>
    public static ImmutableArray<CrashScenario> OfNews =>
    [
        new("company that no list shows", stage => stage.EditUnlisted(L, stage.Find(L, "companies", "T1")!, ("address", Red)))
        {
            Arrange = Company,
            Watched = TimeSpan.FromMinutes(1),
            News = stage => stage.EditUnlisted(L, stage.Find(L, "companies", "T1")!, ("address", Green)),
            Expect = stage => Value("accounts", "T1", "place", stage.Find(L, "companies", "T1")!.Get("address").ToString()!)(stage),
        },
        new("inside that no list shows", stage => stage.EditUnlisted(L, stage.Find(L, "projects", "T3")!, ("phase", Red)))
        {
            Arrange = Project,
            Watched = TimeSpan.FromMinutes(1),
            News = stage => stage.EditUnlisted(L, stage.Find(L, "projects", "T3")!, ("phase", Green)),
            Expect = stage => Value("jobs", "T3", "phase", stage.Find(L, "projects", "T3")!.Get("phase").ToString()!)(stage),
        },
    ];

    /// <summary>What no death makes harder.</summary>
    public static ImmutableArray<CrashScenario> Alone =>
    [
        new("edits that lists show late", stage =>
        {
            // Whenever the next poll is: one of them was made and is not shown by then, while another that was made since is.
            for (var i = 1; i <= 5; i++)
            {
                stage.World.On(R).Edit(stage.Find(R, "accounts", $"T{i}")!, FieldSet.Of(("place", Red)), Actor.User, listedAfter: TimeSpan.FromSeconds(100));
                stage.World.RunFor(TimeSpan.FromSeconds(1));
                stage.World.On(R).Edit(stage.Find(R, "accounts", "T6")!, FieldSet.Of(("place", FieldValue.Of($"{i}"))), Actor.User, listedAfter: TimeSpan.Zero);
                stage.World.RunFor(TimeSpan.FromSeconds(79));
            }
        })
        {
            Arrange = stage =>
            {
                for (var i = 1; i <= 6; i++) stage.Create(L, "companies", $"T{i}", ("address", FieldValue.Of("blue")));
            },
            Expect = stage => Enumerable.Range(1, 5).Select(i => Value("companies", $"T{i}", "address", "red")(stage)).FirstOrDefault(missing => missing is not null),
        },
        new("edit of what a person unlinked", stage =>
        {
            stage.Intents.Unlinked.Add("T1");
            stage.Ask("unlink", app => app.Get<ManualTools>().UnlinkAsync(stage.World.Key, "company", stage.LinkOf("company", L, stage.Find(L, "companies", "T1")!)!.Id, CancellationToken.None));
            stage.World.RunFor(TimeSpan.FromMinutes(1));
            stage.Edit(L, stage.Find(L, "companies", "T1")!, ("address", Red));
        }) { Arrange = Company, Expect = Value("accounts", "T1", "place", "blue") },
    ];

    internal static void Company(CrashStage stage) => stage.Create(L, "companies", "T1", ("address", FieldValue.Of("blue")));

    internal static void TwoCompanies(CrashStage stage)
    {
        Company(stage);
        stage.Create(L, "companies", "T2", ("address", FieldValue.Of("white")));
    }

    internal static Func<CrashStage, string?> Both(string token) => stage =>
        stage.Find(L, "companies", token) is null ? $"Left does not have {token} once." : stage.Find(R, "accounts", token) is null ? $"Right does not have {token} once." : null;

    internal static Func<CrashStage, string?> Value(string kind, string token, string field, string value)
    {
        var side = kind is "companies" or "people" or "projects" ? L : R;
        return stage => stage.Find(side, kind, token)?.Get(field).ToString() is var found && found == value ? null : $"{field} of {token} is {found}, not {value}.";
    }

    internal static void Sweep(CrashStage stage) => stage.Ask("sweep", app =>
        app.Get<FlowRuns>().RequestAsync(stage.World.Key, RunMode.Comprehensive, "simulation", app.Durable, CancellationToken.None));

    private static void ArchivedCompany(CrashStage stage)
    {
        Company(stage);
        stage.World.RunFor(TimeSpan.FromMinutes(10));
        stage.Archive(L, stage.Find(L, "companies", "T1")!);
    }

    private static void Project(CrashStage stage)
    {
        TwoCompanies(stage);
        stage.Create(L, "projects", "T3", ("client", new FieldValue.Reference(stage.Find(L, "companies", "T1")!.Id)));
    }

    private static void Contact(CrashStage stage)
    {
        Company(stage);
        stage.Create(L, "people", "T4", ("company", new FieldValue.Reference(stage.Find(L, "companies", "T1")!.Id)));
    }

    internal static Func<CrashStage, string?> Archived(Side side, string kind, string token) => stage =>
        stage.Find(side, kind, token) is { } record && Workload.KindPair.IsArchived(record) ? null : $"{token} is not archived on the {side}.";
}
