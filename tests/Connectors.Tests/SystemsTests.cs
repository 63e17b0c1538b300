namespace SyncFunctions.Connectors.Tests;

public sealed class SystemsTests
{
    [Fact]
    public void Find_KnownAndUnknownNames()
    {
        using var http = VendorPipeline.CreateClient();
        var systems = new Systems(new VendorPipeline(http, TimeProvider.System, new Random(1)));
        systems.Find("synergy").ShouldNotBeNull().Catalog.DisplayName.ShouldBe("Total Synergy");
        systems.Find("unheardof").ShouldBeNull();
        systems.All.Select(connector => connector.Catalog).ShouldBe(Systems.Catalogs, ignoreOrder: true);
    }

    [Fact]
    public void Catalogs_AreWholeAndWithoutDoubles()
    {
        foreach (var catalog in Systems.Catalogs)
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
        Systems.Catalogs.SelectMany(catalog => catalog.Settings.Values).Where(setting => setting.Secret).ShouldAllBe(setting => setting.Default.Length == 0);
}
