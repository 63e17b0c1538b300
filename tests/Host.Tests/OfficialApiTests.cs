using System.Reflection;

namespace SyncFunctions.Host.Tests;

/// <summary>
/// Everything public in an embedded package is in the official one too, to the letter: what compiles against the embedded packages
/// then compiles against the official ones.
/// </summary>
public sealed class OfficialApiTests
{
    private static string Lists => Path.Combine(AppContext.BaseDirectory, "official-api");

    public static TheoryData<string> Packages => [.. Directory.GetFiles(Lists, "*.txt").Select(file => Path.GetFileNameWithoutExtension(file)).Order()];

    [Theory]
    [MemberData(nameof(Packages))]
    public void EmbeddedPackage_PublicLines_AreAllOfficial(string package)
    {
        var official = File.ReadLines(Path.Combine(Lists, $"{package}.txt")).ToHashSet(StringComparer.Ordinal);
        var embedded = PublicApi.Of(Assembly.Load(package));
        embedded.Where(line => !official.Contains(line)).ShouldBeEmpty();
    }

    [Fact]
    public void Listing_OfACoreType_HasItsOfficialLines()
    {
        // Guards the test above against a listing that is empty or written differently.
        var core = PublicApi.Of(Assembly.Load("Microsoft.Azure.Functions.Worker.Core"));
        core.ShouldContain("Microsoft.Azure.Functions.Worker.FunctionContext.CancellationToken { get; } : CancellationToken [public virtual]");
        core.ShouldContain("Microsoft.Azure.Functions.Worker.BindingContext.BindingData { get; } : IReadOnlyDictionary<string, object?> [public abstract]");
    }

    [Theory]
    [InlineData("Microsoft.Azure.Functions.Worker")]
    [InlineData("Microsoft.Azure.Functions.Worker.Extensions.Abstractions")]
    [InlineData("Microsoft.Azure.Functions.Worker.Extensions.Http")]
    [InlineData("Microsoft.Azure.Functions.Worker.Extensions.Http.AspNetCore")]
    public void EmbeddedPackage_IsTheOneUnderTest(string package)
        => Assembly.Load(package).GetName().Version!.Major.ShouldBe(99);
}
