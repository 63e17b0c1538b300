namespace SyncFunctions.Connectors.Tests;

public sealed class SystemsTests : IDisposable
{
    private readonly HttpClient _http = VendorPipeline.CreateClient();

    private Systems Shipped => new(new VendorPipeline(_http, TimeProvider.System, new Random(1)));

    public void Dispose() => _http.Dispose();

    [Fact]
    public void Find_KnownAndUnknownNames()
    {
        var systems = Shipped;
        systems.Find("synergy").ShouldNotBeNull().Catalog.DisplayName.ShouldBe("Total Synergy");
        systems.Find("unheardof").ShouldBeNull();
        systems.Catalogs.Select(catalog => catalog.System).ShouldBe(["connectwise", "iraiser", "mailchimp", "moovila", "raisersedge", "salesforce", "synergy", "tinyplus"]);
    }

    [Fact]
    public void Catalogs_AreWholeAndWithoutDoubles()
    {
        foreach (var catalog in Shipped.Catalogs)
        {
            catalog.Kinds.Select(kind => kind.Name).ShouldBeUnique();
            catalog.Settings.Keys.ShouldContain(VendorPipeline.ConcurrencySetting);
            catalog.Settings.Values.ShouldAllBe(setting => setting.Help.Length > 0);
            foreach (var kind in catalog.Kinds)
            {
                kind.Fields.Select(field => field.Name).ShouldBeUnique();
                if (kind.ParentKind is { } parent)
                    catalog.HasKind(parent).ShouldBeTrue();
            }
        }
    }

    [Fact]
    public void Settings_ThatAreSecret_HaveNoDefault() =>
        Shipped.Catalogs.SelectMany(catalog => catalog.Settings.Values).Where(setting => setting.Secret).ShouldAllBe(setting => setting.Default.Length == 0);
}
