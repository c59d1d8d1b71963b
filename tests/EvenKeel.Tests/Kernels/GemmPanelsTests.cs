using EvenKeel.Kernels.Products;

namespace EvenKeel.Tests.Kernels;

public sealed class GemmPanelsTests
{
    [Theory]
    [InlineData(8, 16, 3)]
    [InlineData(6, 8, 2)]
    [InlineData(6, 4, 2)]
    public void Panels_cover_every_column_once(int rows, int lanes, int maxVectors)
    {
        for (var columns = 1; columns <= 400; columns++)
        {
            var panels = new GemmPanels(columns, new TileShape(rows, lanes, maxVectors));
            var next = 0;
            for (var panel = 0; panel < panels.Count; panel++)
            {
                Assert.Equal(next, panels.FirstColumn(panel));
                Assert.InRange(panels.Vectors(panel), 1, maxVectors);
                Assert.InRange(panels.Width(panel), 1, panels.PaddedWidth(panel));
                next += panels.PaddedWidth(panel);
            }

            Assert.Equal(panels.PaddedColumns, next);
            Assert.InRange(next - columns, 0, lanes - 1);
        }
    }

    [Fact]
    public void Four_registers_are_two_and_two()
    {
        var panels = new GemmPanels(64, new TileShape(8, 16, 3));
        Assert.Equal(2, panels.Count);
        Assert.Equal(2, panels.Vectors(0));
        Assert.Equal(2, panels.Vectors(1));
    }
}
