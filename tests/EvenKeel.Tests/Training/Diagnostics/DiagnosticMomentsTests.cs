using EvenKeel.Training.Diagnostics;

namespace EvenKeel.Tests.Training.Diagnostics;

public class DiagnosticMomentsTests
{
    [Theory]
    [InlineData(5, 100, new long[] { 0, 25, 50, 75, 100 })]
    [InlineData(4, 10, new long[] { 0, 3, 6, 10 })]
    [InlineData(2, 7, new long[] { 0, 7 })]
    [InlineData(1, 7, new long[] { 7 })]
    [InlineData(0, 7, new long[] { })]
    [InlineData(20, 3, new long[] { 0, 1, 2, 3 })]
    public void MomentsLieEvenlyFromTheFirstStepToTheLast(int count, long total, long[] expected)
    {
        var moments = new DiagnosticMoments(count, total);
        Assert.Equal(expected, Enumerable.Range(-1, (int)total + 4).Select(s => (long)s).Where(moments.Includes));
    }

    [Fact]
    public void ALongRunHasExactlyAsManyAsAskedFor()
    {
        var moments = new DiagnosticMoments(20, 78_201);
        Assert.Equal(20, Enumerable.Range(0, 78_202).Count(s => moments.Includes(s)));
    }
}
