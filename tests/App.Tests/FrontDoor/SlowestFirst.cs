using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(SyncFunctions.App.Tests.FrontDoor.SlowestFirst))]

namespace SyncFunctions.App.Tests.FrontDoor;

/// <summary>Tests that wait for minutes begin at once, so that the others run beside them.</summary>
public sealed class SlowestFirst : ITestCollectionOrderer
{
    private static readonly string[] Slow = [nameof(CrashTests), nameof(LostAnswerTests), nameof(RefusalTests)];

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderByDescending(collection => Slow.Any(name => collection.TestCollectionDisplayName.Contains($".{name}", StringComparison.Ordinal)))];
}
