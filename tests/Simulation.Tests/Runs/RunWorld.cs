using Microsoft.Extensions.DependencyInjection;
using SyncFunctions.App.Sync;
using SyncFunctions.Engine;
using SyncFunctions.Pairs;
using SyncFunctions.Simulation.Service;
using SyncFunctions.Simulation.Time;
using SyncFunctions.Simulation.Vendors;
using SyncFunctions.State;

namespace SyncFunctions.Simulation.Tests.Runs;

/// <summary>The whole service with a flow that is live, in virtual time and without faults.</summary>
internal sealed class RunWorld
{
    private RunWorld(ServiceWorld service) => Service = service;

    public ServiceWorld Service { get; }

    public FlowKey Key => Service.Key;

    public FakeAccount Left => Service.Vendors.Left.Account;

    public FakeAccount Right => Service.Vendors.Right.Account;

    public LinkScope Companies => new(Key, "company");

    /// <summary>Lets a test see a flow that is live, with so many linked companies.</summary>
    public static void Live(int companies, Action<RunWorld> test, Func<FlowSettings, FlowSettings>? settings = null, Pair? pair = null, params FakeHabits[] habits) => SingleThread.Run(() =>
    {
        using var service = new ServiceWorld(1, faults: false, conditional: false, habits);
        service.Observe(() => ServiceSetup.BeginAsync(service, (settings ?? (chosen => chosen))(pair?.Defaults ?? FakePair.Defaults), pair?.Name ?? FakePair.Name));
        service.AddInstance();
        var world = new RunWorld(service);
        world.RunFor(10);
        for (var number = 0; number < companies; number++) world.CreateCompany(number);
        if (companies > 0) world.RunFor(30);
        test(world);
        service.Surprises.ShouldBeEmpty();
        return 0;
    });

    public FakeRecord CreateCompany(int number) =>
        Left.Create("companies", FieldSet.Of(("code", FieldValue.Of($"c{number}")), ("name", FieldValue.Of($"Company {number}")), ("active", new FieldValue.Flag(true))), Actor.User);

    public void RunFor(double minutes) => Service.RunFor(TimeSpan.FromMinutes(minutes));

    public T Get<T>()
        where T : notnull => Service.Observer.GetRequiredService<T>();

    /// <summary>Outside of the service, at once.</summary>
    public T Observe<T>(Func<Task<T>> look) => Service.Observe(look);

    /// <summary>What a person asks of the service, with the durable client of an instance; lets so many minutes pass.</summary>
    public void Do(Func<AppInstance, Task> work, double minutes = 15)
    {
        Service.Do("person", work);
        RunFor(minutes);
    }

    public void Run(RunMode mode, double minutes = 15) =>
        Do(app => app.Services.GetRequiredService<FlowRuns>().RequestAsync(Key, mode, FlowRuns.ByHand, app.Durable, CancellationToken.None), minutes);

    public IReadOnlyList<LogEntry> Log(string code) =>
        Observe(async () => (await Get<IntegrationLog>().ListAsync(Key, LogFilter.None with { Code = code }, null, 1000, CancellationToken.None)).Items);

    public IReadOnlyList<Run> Runs(RunMode mode) =>
        Observe(async () => (await Get<RunStore>().ListAsync(Key, null, 1000, CancellationToken.None)).Items).Where(run => run.Mode == mode.ToString()).ToList();

    public Flow Flow => Observe(async () => (await Get<FlowStore>().GetAsync(Key, CancellationToken.None))!.Value.Value);

    public Flow Change(Func<Flow, Flow> change) => Observe(async () => (await Get<FlowStore>().ChangeAsync(Key, change, CancellationToken.None))!.Value.Value);

    public IReadOnlyList<Link> Links(LinkScope scope) =>
        Observe(async () => (await Get<LinkStore>().LinksAsync(scope, null, 1000, CancellationToken.None)).Items.Select(link => link.Value).ToList());

    public IReadOnlyList<WorkItem> Work(LinkScope scope) =>
        Observe(async () => (await Get<LinkStore>().WorkAsync(scope, 1000, CancellationToken.None)).Select(work => work.Value).ToList());

    public string Story => string.Join('\n', Observe(async () => (await Get<IntegrationLog>().ListAsync(Key, LogFilter.None, null, 60, CancellationToken.None)).Items).Select(entry => $"{entry.At:u} {entry.Code} {entry.Label}: {entry.Text}"));
}
