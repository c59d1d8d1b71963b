using EvenKeel.Optim;

namespace EvenKeel.Tests.Optim;

public class ScheduleTests
{
    [Fact]
    public void LinearFromTheMiddleIsThePaperCodesSchedule()
    {
        // lr·min(2 − e/100, 1) for 200 epochs.
        var schedule = new LinearSchedule(0.5);
        for (var epoch = 0; epoch < 200; epoch++)
            Assert.Equal(Math.Min(2 - epoch / 100.0, 1), schedule.Factor(epoch, 200), 1e-12);
    }

    [Fact]
    public void StepsMultiplyAtTheirEpochs()
    {
        var schedule = new StepSchedule([2, 4], 0.1);
        Assert.Equal([1, 1, 0.1, 0.1, 0.01], Enumerable.Range(0, 5).Select(e => Math.Round(schedule.Factor(e, 5), 12)));
    }

    [Fact]
    public void CosineFallsFromOneToZero()
    {
        var schedule = new CosineSchedule();
        Assert.Equal(1, schedule.Factor(0, 10), 1e-12);
        Assert.Equal(0.5, schedule.Factor(5, 10), 1e-12);
        Assert.Equal((1 + Math.Cos(0.9 * Math.PI)) / 2, schedule.Factor(9, 10), 1e-12);
    }

    [Fact]
    public void ConstantStays() => Assert.Equal(1, Schedule.Constant.Factor(7, 10));
}
